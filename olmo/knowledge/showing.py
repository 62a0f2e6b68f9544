"""Articles as they are shown: parts as safe HTML, what differs between two versions, and the sentences of the trail."""

import difflib
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from olmo.kernel import markdown
from olmo.kernel.errors import Words

from .models import PARTS, Step, Version

HEADINGS: dict[str, Words] = {
    "symptoms": gettext_lazy("Is it this?"),
    "cause": gettext_lazy("Why it happens"),
    "workaround": gettext_lazy("What helps until it is mended"),
    "solution": gettext_lazy("Put it right"),
    "environment": gettext_lazy("Where it applies"),
    "body": "",
}
_ORDER = ("symptoms", "workaround", "solution", "body", "cause", "environment")
_SENTENCES: dict[str, Words] = {
    "created": gettext_lazy("began the article"),
    "settings": gettext_lazy("changed its settings"),
    "written": gettext_lazy("wrote version %(number)s (%(language)s)"),
    "restored": gettext_lazy("brought version %(of)s back as %(number)s (%(language)s)"),
    "files": gettext_lazy("changed its files"),
    "review_asked": gettext_lazy("asked for a review"),
    "approved": gettext_lazy("approved it"),
    "sent_back": gettext_lazy("sent it back"),
    "published": gettext_lazy("published it"),
    "retired": gettext_lazy("retired it"),
    "revived": gettext_lazy("brought it back as a draft"),
    "reviewed": gettext_lazy("confirmed that it still holds"),
    "imported": gettext_lazy("brought it in from a file"),
}
LONGEST_DIFF = 2000  # lines of a part that are compared line by line


def parts(version: Version) -> list[tuple[str, Words, SafeString]]:
    """The parts of a text that are not empty, in reading order: name, heading, HTML without scripts and foreign pictures."""
    return [
        (name, HEADINGS[name], markdown.as_html(text)) for name in _ORDER if (text := getattr(version, name).strip())
    ]


def difference(older: Version, newer: Version) -> list[tuple[Words, list[tuple[str, str]]]]:
    """What differs, part by part: (name of the part, lines); a line is marked "-" (gone), "+" (new) or " "."""
    found = []
    for name in ("title", *PARTS):
        before, after = str(getattr(older, name)), str(getattr(newer, name))
        if before != after:
            label: Any = Version._meta.get_field(name)
            found.append((label.verbose_name, _lines(before.splitlines(), after.splitlines())))
    return found


def _lines(before: list[str], after: list[str]) -> list[tuple[str, str]]:
    if max(len(before), len(after)) > LONGEST_DIFF:
        return [("-", line) for line in before[:LONGEST_DIFF]] + [("+", line) for line in after[:LONGEST_DIFF]]
    compared = difflib.ndiff(before, after)
    return [(line[0], line[2:]) for line in compared if line[0] != "?"]


def sentence(step: Step) -> str:
    """What happened, as the end of a sentence that begins with the author's name."""
    words = _SENTENCES.get(step.kind)
    return str(words) % step.data if words else _("changed it")
