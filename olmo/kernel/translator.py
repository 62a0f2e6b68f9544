"""The operator's translation service, which speaks the protocol of LibreTranslate (OLMO_TRANSLATE_URL; none unless it is set).

Words leave the house here and nowhere else, each time because somebody pressed for it. Nothing is kept of them.
"""

import json
import logging
import threading
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from . import outside
from .errors import Conflict, Invalid
from .text import clean, clean_line

MOST = 20_000  # characters of one text
TIMEOUT_SECONDS = 10.0
MOST_BYTES = 512 * 1024
AUTO = "auto"

# Whoever asks holds a connection to the database meanwhile: a slow service may not take them all.
_PLACES = threading.BoundedSemaphore(4)
_log = logging.getLogger("olmo.translator")


@dataclass(frozen=True)
class Translation:
    """What the machine made of a text. source: the code of the language that it was in, "" when nobody knows."""

    text: str
    source: str


class Untranslated(Conflict):
    """The service gave no translation; the sentence says why."""


def is_set() -> bool:
    """Whether there is a service at all; without one nothing of it is shown."""
    return bool(settings.OLMO_TRANSLATE_URL)


def translate(text: str, *, target: str, source: str = AUTO) -> Translation:
    """A text in the language `target`. Raises Invalid (empty, too long), Untranslated."""
    if not text.strip():
        raise Invalid("text", _("Write something first."))
    if len(text) > MOST:
        words = _("This is too long to be translated: %(length)d characters of at most %(limit)d.")
        raise Invalid("text", words % {"length": len(text), "limit": MOST})
    if not _PLACES.acquire(blocking=False):
        raise Untranslated(_("The translation service is busy. Try again in a moment."))
    try:
        answer = _asked({"q": text, "source": source, "target": target, "format": "text"})
    finally:
        _PLACES.release()
    return _read(answer, source)


def _asked(question: dict[str, str]) -> outside.Answer:
    if settings.OLMO_TRANSLATE_KEY:
        question["api_key"] = settings.OLMO_TRANSLATE_KEY
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    url, content = f"{settings.OLMO_TRANSLATE_URL}/translate", json.dumps(question).encode()
    try:
        return outside.post_as_set(url, content, headers, timeout=TIMEOUT_SECONDS, most=MOST_BYTES)
    except outside.Unreachable as error:
        _log.warning("the translation service does not answer: %s", error)
        raise Untranslated(_("The translation service does not answer. Try again in a moment.")) from error


def _read(answer: outside.Answer, source: str) -> Translation:
    try:
        said: Any = json.loads(answer.content)
    except ValueError:  # also bytes that are no text
        said = None
    said = said if isinstance(said, dict) else {}
    if answer.status != 200:
        raise Untranslated(_refusal(answer.status, said))
    text = said.get("translatedText")
    if not isinstance(text, str) or not clean(text).strip():
        _log.warning("the translation service answered no translation")
        raise Untranslated(_("The translation service gave an answer that cannot be read."))
    return Translation(clean(text).strip(), _detected(said) if source == AUTO else source)


def _refusal(status: int, said: dict[str, Any]) -> str:
    """The service's own reason where it gives one: a language that it does not know, a limit, a key."""
    _log.warning("the translation service refused with status %d", status)
    reason = said.get("error")
    if isinstance(reason, str) and reason.strip():
        return _("The translation service refused: %(reason)s") % {"reason": clean_line(reason, 200)}
    return _("The translation service refused (status %(status)d).") % {"status": status}


def _detected(said: dict[str, Any]) -> str:
    found = said.get("detectedLanguage")
    code = found.get("language") if isinstance(found, dict) else None
    return code[:16] if isinstance(code, str) and code != AUTO else ""
