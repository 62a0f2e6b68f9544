"""What is offered to be translated by the operator's service, and into what: messages for an agent, replies for a requester."""

from collections.abc import Mapping

from django.utils.translation import get_language, get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from olmo.kernel import translator
from olmo.kernel.errors import Conflict, Invalid, NotAllowed, Words
from olmo.kernel.translator import Translation
from olmo.tickets.models import Message, MessageKind, Ticket

from .languages import is_foreign, language_of

LINE = "\n\n---\n\n"  # a line across, in Markdown

_INTO: Mapping[str, Words] = {
    "en": gettext_lazy("Translate into English"),
    "it": gettext_lazy("Translate into Italian"),
}
_FROM: Mapping[str, Words] = {
    "en": gettext_lazy("Translated by a machine from English"),
    "it": gettext_lazy("Translated by a machine from Italian"),
}


def may_need(text: str) -> bool:
    """Whether a message's translation is offered: there is a service, and it is evidently not in the reader's language."""
    return translator.is_set() and is_foreign(text, _own())


def of_message(message: Message) -> Translation:
    """A message of the conversation in the reader's language. Raises NotAllowed, Conflict (erased), Invalid, Untranslated."""
    if message.kind != MessageKind.PUBLIC:
        raise NotAllowed(_("Internal notes are not sent to the translation service."))
    if message.redacted_at:
        raise Conflict(_("The content of this message was erased."))
    return translator.translate(message.text, source=language_of(message.text) or translator.AUTO, target=_own())


def into(ticket: Ticket) -> str:
    """The words of the button that translates a reply; "" where none is offered."""
    if not translator.is_set() or ticket.language == _own():
        return ""
    return str(_INTO.get(ticket.language, ""))


def of_reply(ticket: Ticket, text: str) -> str:
    """A reply in the ticket's language, with the agent's own words below a line. Raises Invalid, Untranslated.

    Of a text that has been translated before only what is below the last line goes out again, in place of what stood above it.
    """
    own = text.rpartition(LINE)[2].strip()
    found = language_of(own)
    if found == ticket.language:
        raise Invalid("text", _("This text is in the ticket’s language already."))
    made = translator.translate(own, source=found or translator.AUTO, target=ticket.language)
    return f"{made.text}{LINE}{own}"


def origin(translation: Translation) -> str:
    """That a machine wrote it, and from which language if that is known."""
    if said := _FROM.get(translation.source):
        return str(said)
    if name := _name(translation.source):
        return _("Translated by a machine from %(language)s") % {"language": name}
    return _("Translated by a machine")


def _own() -> str:
    return (get_language() or "en")[:2]


def _name(code: str) -> str:
    try:
        return str(get_language_info(code.lower())["name_translated"]) if code else ""
    except KeyError:
        return ""
