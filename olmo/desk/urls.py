"""The addresses of the desk: nouns, one per change (see docs/desk.md)."""

from django.urls import include, path

from . import keys, notices, palette, people, undoing
from .assets import urls as asset_urls
from .calls import checklist, opening
from .catalogue import urls as catalogue_urls
from .escalation import handover, major
from .escalation import inbox as escalations
from .forms import FORMS
from .fulfilment import urls as fulfilment_urls
from .guides import urls as guides_urls
from .knowledge import acts as kb_acts
from .knowledge import beside as kb_beside
from .knowledge import editing as kb_editing
from .knowledge import pages as kb_pages
from .knowledge import uploads as kb_uploads
from .lists import bulk, exporting, listing, searching, views, why
from .procedures import urls as procedure_urls
from .selfservice import urls as selfservice_urls
from .service_levels import contracts, promises
from .staffing import urls as staffing_urls
from .status import urls as status_urls
from .surveys import beside as aftercare
from .ticket import changing, conversation, requester, ruled, similar, translating, triage, whom
from .ticket import page as ticket
from .worklog import beside as worktime
from .worklog import taking, week
from .writing import canned, carried, drafts, macros, suggesting
from .writing import sending as writing

app_name = "desk"

_TICKET = "tickets/<int:number>"
_MESSAGE = f"{_TICKET}/messages/<int:pk>"

urlpatterns = [
    path("", listing.tickets, name="list"),
    path("choices/<slug:name>", listing.choices, name="choices"),
    path("drawing", listing.drawing, name="drawing"),
    path("reads", listing.reads, name="reads"),
    path("nav", views.nav, name="nav"),
    path("views", views.index, name="views"),
    path("views/new", views.new, name="views_new"),
    path("views/<int:pk>", views.one, name="view"),
    path("views/<int:pk>/filters", views.refill, name="view_filters"),
    path("views/<int:pk>/order", views.move, name="view_order"),
    path("views/<int:pk>/deletion", views.delete, name="view_deletion"),
    path("exports", exporting.exports, name="exports"),
    path("people", people.suggestions, name="people"),
    path("people/<int:pk>", people.card, name="person"),
    path("people/<int:pk>/notes", requester.notes, name="person_notes"),
    path("week", week.week, name="week"),
    path("week/export", taking.week, name="week_file"),
    path("work/<int:pk>", week.entry, name="entry"),
    path("uploads", writing.uploads, name="uploads"),
    path("tickets/new", opening.new, name="new"),
    path("tickets/next", whom.take_next, name="take_next"),
    *catalogue_urls.at_work,
    *staffing_urls.urlpatterns,
    *asset_urls.urlpatterns,
    *fulfilment_urls.urlpatterns,
    *procedure_urls.urlpatterns,
    path("keys", keys.keys, name="keys"),
    path("macros", macros.listed, name="macros"),
    path("macros/new", macros.one, name="macro_new"),
    path("macros/<int:pk>", macros.one, name="macro"),
    path("macros/<int:pk>/removal", macros.removal, name="macro_removal"),
    path("bulk", bulk.bulk, name="bulk"),
    path("bulk/<int:pk>", bulk.run, name="bulk_run"),
    path("bulk/trials/<int:pk>", bulk.trial, name="bulk_trial"),
    path("undo/<slug:token>", undoing.take_back, name="undo"),
    path("tickets/new/templates", opening.templates, name="templates"),
    path("palette", palette.palette, name="palette"),
    path("canned", canned.answers, name="canned"),
    path("canned/new", canned.answer, name="canned_new"),
    path("canned/<int:pk>", canned.answer, name="canned_one"),
    path("canned/<int:pk>/removal", canned.removal, name="canned_removal"),
    path(f"{_TICKET}/answers", canned.choices, name="ticket_answers"),
    path(f"{_TICKET}/answers/<int:pk>", canned.insertion, name="ticket_answer"),
    path(f"{_TICKET}/answers/<int:pk>/use", suggesting.use, name="canned_use"),
    path("drafts", drafts.drafts, name="drafts"),
    path("drafts/<int:pk>", drafts.draft, name="draft"),
    path("drafts/files/<int:pk>/<path:name>", carried.file, name="draft_file"),
    path("drafts/<int:pk>/sending", drafts.send_waiting, name="draft_sending"),
    path("drafts/<int:pk>/sending/end", drafts.take_back, name="draft_sending_end"),
    path("drafts/<int:pk>/approval/end", drafts.withdraw, name="draft_approval_end"),
    path("search", searching.search, name="search"),
    path("majors", major.listed, name="majors"),
    path("escalations", escalations.inbox, name="escalations"),
    path("handover", handover.handover, name="handover"),
    path("notices", notices.notices, name="notices"),
    path("notices/read", notices.read, name="notices_read"),
    path("notices/bell", notices.ring, name="ring"),
    path("knowledge", kb_pages.index, name="knowledge"),
    path("knowledge/new", kb_editing.new, name="article_new"),
    path("knowledge/", include("olmo.desk.upkeep.urls")),
    path("knowledge/uploads", kb_uploads.upload, name="article_uploads"),
    path("knowledge/<int:pk>", kb_pages.article, name="article"),
    path("knowledge/<int:pk>/texts/<slug:code>", kb_editing.edit, name="article_edit"),
    path("knowledge/<int:pk>/versions/<slug:code>", kb_pages.versions, name="article_versions"),
    path("knowledge/<int:pk>/settings", kb_editing.keeping, name="article_settings"),
    path("knowledge/<int:pk>/problem", kb_acts.problem, name="article_problem"),
    path("knowledge/<int:pk>/rating", kb_acts.rating, name="article_rating"),
    path("knowledge/<int:pk>/suggestions", kb_acts.suggestions, name="article_suggestions"),
    path("knowledge/suggestions/<int:pk>/answer", kb_acts.answers, name="suggestion_answer"),
    *(path(f"knowledge/<int:pk>/{noun}", kb_acts.act(noun), name=f"article_{noun}") for noun in kb_acts.VERBS),
    path("admin/", include("olmo.desk.admin.urls")),
    path("contracts/", contracts.listed, name="contracts"),
    path("contracts/<int:pk>", contracts.client, name="contract"),
    path("contracts/export", contracts.overview_file, name="contracts_file"),
    path("contracts/<int:pk>/export", contracts.client_file, name="contract_file"),
    path("contracts/beside/<int:pk>", contracts.agreement, name="contract_beside"),
    path("contracts/beside/<int:pk>/export", contracts.agreement_file, name="contract_beside_file"),
    path("reports/", include("olmo.desk.reports.urls")),
    *guides_urls.urlpatterns,
    *selfservice_urls.urlpatterns,
    *status_urls.urlpatterns,
    path(_TICKET, ticket.show, name="ticket"),
    path(f"{_TICKET}/presence", ticket.presence, name="presence"),
    path(f"{_TICKET}/why", why.why, name="why"),
    path(f"{_TICKET}/whom", whom.whom, name="whom"),
    path(f"{_TICKET}/more", ticket.more, name="more"),
    path(f"{_TICKET}/replies", writing.replies, name="replies"),
    path(f"{_TICKET}/notes", writing.notes, name="notes"),
    path(f"{_TICKET}/partner", writing.partner, name="partner"),
    path(f"{_TICKET}/suggestions/addresses", suggesting.addresses, name="suggest_addresses"),
    path(f"{_TICKET}/suggestions/mentions", suggesting.mentions, name="suggest_mentions"),
    path(f"{_TICKET}/suggestions/answers", suggesting.answers, name="suggest_answers"),
    path(f"{_TICKET}/quotation", suggesting.quote, name="quotation"),
    path(f"{_TICKET}/replies/draft", writing.reply_draft, name="reply_draft"),
    path(f"{_TICKET}/notes/draft", writing.note_draft, name="note_draft"),
    path(f"{_TICKET}/partner/draft", writing.partner_draft, name="partner_draft"),
    path(f"{_TICKET}/merge", changing.merge, name="merge"),
    *(path(f"{_TICKET}/{noun}", changing.change(noun), name=noun) for noun in FORMS if noun != "merge"),
    path(f"{_TICKET}/macros", macros.choices, name="ticket_macros"),
    path(f"{_TICKET}/macros/<int:pk>", macros.use, name="macro_use"),
    path(f"{_TICKET}/hold/end", changing.resume, name="hold_end"),
    path(f"{_TICKET}/callback/end", changing.drop_callback, name="callback_end"),
    path(f"{_TICKET}/follow_up/end", aftercare.drop, name="follow_up_end"),
    path(f"{_TICKET}/rating/erasure", aftercare.erase, name="rating_erasure"),
    path(f"{_TICKET}/ticks", checklist.ticks, name="ticks"),
    path(f"{_TICKET}/timer", worktime.timer, name="timer"),
    path(f"{_TICKET}/work/entries", week.entries, name="entries"),
    path(f"{_TICKET}/work/entries/export", taking.of_ticket, name="entries_file"),
    path(f"{_TICKET}/requester/history", requester.history, name="history"),
    path(f"{_TICKET}/major", major.major, name="major"),
    path(f"{_TICKET}/care", escalations.take, name="care"),
    path(f"{_TICKET}/promises", promises.why, name="promises"),
    path(f"{_TICKET}/promises.json", promises.data, name="promises_data"),
    path(f"{_TICKET}/reasons", ruled.reasons, name="reasons"),
    path(f"{_TICKET}/waivers", promises.waive, name="waivers"),
    path(f"{_TICKET}/articles", kb_beside.beside, name="articles"),
    path(f"{_TICKET}/articles/use", kb_beside.use, name="ticket_article"),
    path(f"{_TICKET}/similar", similar.similar, name="similar"),
    path(f"{_TICKET}/similar/take", similar.take, name="similar_take"),
    path(f"{_TICKET}/triage", triage.take, name="triage"),
    path(f"{_TICKET}/closure", changing.close, name="closure"),
    path(f"{_TICKET}/reopening", changing.reopen, name="reopening"),
    path(f"{_TICKET}/merge/end", changing.unmerge, name="merge_end"),
    path(f"{_TICKET}/links/end", changing.unlink, name="links_end"),
    path(_MESSAGE, conversation.original, name="message"),
    path(f"{_MESSAGE}/menu", conversation.menu, name="message_menu"),
    path(f"{_MESSAGE}/split", conversation.split, name="split"),
    path(f"{_MESSAGE}/redaction", conversation.redaction, name="redaction"),
    path(f"{_MESSAGE}/translation", translating.translation, name="translation"),
    path(f"{_MESSAGE}/source", conversation.source, name="source"),
]
