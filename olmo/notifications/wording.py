"""Mails in words: templates in the reader's language, as text and as HTML."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import linebreaks, urlize
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import override

from olmo.channels.mail.parsing import MARKER_EN, MARKERS
from olmo.kernel import markdown, spoken
from olmo.people.models import Person
from olmo.tickets import pictures
from olmo.tickets.models import Message, MessageKind, Ticket

MAX_QUOTED = 5000


@dataclass(frozen=True)
class Mail:
    """Subject and both bodies."""

    subject: str
    text: str
    html: str


def written(template: str, headline: str, *, language: str, **context: Any) -> Mail:
    """Render `notifications/<template>.txt` and `.html` in a language. headline: the subject, translated by the caller."""
    with override(language):
        context = {**context, "language": language, "marker": MARKERS.get(language, MARKER_EN)}
        text = render_to_string(f"notifications/{template}.txt", context)
        html = render_to_string(f"notifications/{template}.html", context)
    return Mail(headline, text.strip() + "\n", html)


def subject_of(ticket: Ticket) -> str:
    """The subject of all mail of a ticket: the number lets people and programs find it."""
    return f"[#{ticket.number}] {ticket.subject}"


def as_html(message: Message, content_ids: Mapping[int, str]) -> SafeString:
    """A message of the desk as HTML: Markdown rendered, plain text in paragraphs with its links. content_ids: of its pictures."""
    if message.is_markdown:
        return SafeString(pictures.embedded(markdown.as_html(message.text), content_ids))
    return SafeString(linebreaks(urlize(message.text, nofollow=True, autoescape=True), autoescape=False))


def history(ticket: Ticket, message: Message | None, reader: Person | None, language: str) -> str:
    """The public message before this one, quoted; "" when there is none."""
    before = Message.objects.filter(ticket=ticket, kind=MessageKind.PUBLIC, redacted_at=None).select_related("author")
    if message is not None:
        before = before.filter(pk__lt=message.pk)
    last = before.order_by("-pk").first()
    if last is None or not last.text.strip():
        return ""
    with override(language), timezone.override(ZoneInfo((reader or ticket.client).time_zone)):
        head = _("On %(when)s, %(name)s wrote:") % {"when": spoken.moment(last.at), "name": last.author.name}
    lines = pictures.as_words(last.text[:MAX_QUOTED]).splitlines()
    return "\n".join([head, *(f"> {line}" for line in lines)])
