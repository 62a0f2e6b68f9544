"""The addresses of the desk: nouns, one per change (see docs/desk.md)."""

from django.urls import include, path

from . import (
    bulk,
    changing,
    checklist,
    conversation,
    exporting,
    keys,
    listing,
    opening,
    palette,
    people,
    requester,
    searching,
    similar,
    ticket,
    undoing,
    week,
    worktime,
    writing,
)
from .forms import FORMS

app_name = "desk"

_TICKET = "tickets/<int:number>"
_MESSAGE = f"{_TICKET}/messages/<int:pk>"

urlpatterns = [
    path("", listing.tickets, name="list"),
    path("choices/<slug:name>", listing.choices, name="choices"),
    path("exports", exporting.exports, name="exports"),
    path("people", people.suggestions, name="people"),
    path("people/<int:pk>", people.card, name="person"),
    path("people/<int:pk>/notes", requester.notes, name="person_notes"),
    path("week", week.week, name="week"),
    path("work/<int:pk>", week.entry, name="entry"),
    path("uploads", writing.uploads, name="uploads"),
    path("tickets/new", opening.new, name="new"),
    path("keys", keys.keys, name="keys"),
    path("bulk", bulk.bulk, name="bulk"),
    path("bulk/<int:pk>", bulk.run, name="bulk_run"),
    path("undo/<slug:token>", undoing.take_back, name="undo"),
    path("tickets/new/templates", opening.templates, name="templates"),
    path("palette", palette.palette, name="palette"),
    path("search", searching.search, name="search"),
    path("admin/", include("olmo.desk.admin.urls")),
    path("reports/", include("olmo.desk.reports.urls")),
    path(_TICKET, ticket.show, name="ticket"),
    path(f"{_TICKET}/presence", ticket.presence, name="presence"),
    path(f"{_TICKET}/more", ticket.more, name="more"),
    path(f"{_TICKET}/replies", writing.replies, name="replies"),
    path(f"{_TICKET}/notes", writing.notes, name="notes"),
    path(f"{_TICKET}/merge", changing.merge, name="merge"),
    *(path(f"{_TICKET}/{noun}", changing.change(noun), name=noun) for noun in FORMS if noun != "merge"),
    path(f"{_TICKET}/hold/end", changing.resume, name="hold_end"),
    path(f"{_TICKET}/callback/end", changing.drop_callback, name="callback_end"),
    path(f"{_TICKET}/ticks", checklist.ticks, name="ticks"),
    path(f"{_TICKET}/timer", worktime.timer, name="timer"),
    path(f"{_TICKET}/work/entries", week.entries, name="entries"),
    path(f"{_TICKET}/requester/history", requester.history, name="history"),
    path(f"{_TICKET}/similar", similar.similar, name="similar"),
    path(f"{_TICKET}/similar/take", similar.take, name="similar_take"),
    path(f"{_TICKET}/closure", changing.close, name="closure"),
    path(f"{_TICKET}/reopening", changing.reopen, name="reopening"),
    path(f"{_TICKET}/merge/end", changing.unmerge, name="merge_end"),
    path(f"{_TICKET}/links/end", changing.unlink, name="links_end"),
    path(_MESSAGE, conversation.original, name="message"),
    path(f"{_MESSAGE}/menu", conversation.menu, name="message_menu"),
    path(f"{_MESSAGE}/split", conversation.split, name="split"),
    path(f"{_MESSAGE}/redaction", conversation.redaction, name="redaction"),
    path(f"{_MESSAGE}/source", conversation.source, name="source"),
]
