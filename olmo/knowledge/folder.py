"""A folder of Markdown files, one for each published text: exported, changed with any editor, and brought in again.

A file begins with what is set, one word a line between two lines of three dashes; then come the parts of the text, each below
a line such as `<!-- solution -->` (the body has none when it stands alone). What was just brought in goes out the same.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext as _

from olmo.kernel.errors import Invalid

from .models import PARTS, Article, Audience, State, Translation

SET = ("key", "lang", "title", "audience", "topic")
_MARK = re.compile(rf"<!-- ({'|'.join(PARTS)}) -->")
_ESCAPED = re.compile(rf"(\\+)(<!-- (?:{'|'.join(PARTS)}) -->)")


def files() -> Iterator[tuple[str, str]]:
    """The name and content of each file, inside a scope that shows every client."""
    rows = Translation.objects.filter(shown__isnull=False).exclude(article__state=State.RETIRED)
    for row in rows.select_related("shown", "article__client", "article__team").order_by("article__key", "language"):
        yield f"{quote(row.article.key, safe='')}.{row.language}.md", _written(row)


def read(folder: Path) -> Iterator[tuple[str, dict[str, Any] | Invalid]]:
    """Each Markdown file of a folder, by name: what a line of JSON would say, or why it cannot be read."""
    for path in sorted(folder.glob("*.md")):
        try:
            yield path.name, parsed(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            yield path.name, Invalid("file", str(error))
        except Invalid as refusal:
            yield path.name, refusal


def parsed(text: str) -> dict[str, Any]:
    """A file as the fields of an article. Raises Invalid."""
    lines = text.replace("\r\n", "\n").split("\n")
    if lines[0] != "---" or "---" not in lines[1:]:
        raise Invalid("front matter", _("The file must begin with lines between two lines of three dashes."))
    end = lines.index("---", 1)
    row: dict[str, Any] = {}
    for line in lines[1:end]:
        name, colon, value = line.partition(":")
        if not colon or name not in SET:
            words = _("“%(line)s” is not understood; known are: %(known)s.")
            raise Invalid("front matter", words % {"line": line[:80], "known": ", ".join(SET)})
        row[name] = value.strip()
    return row | _parts(lines[end + 1 :])


def _parts(lines: list[str]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    name = "body"
    for line in lines:
        if mark := _MARK.fullmatch(line):
            name = mark.group(1)
        else:
            found.setdefault(name, []).append(line[1:] if _ESCAPED.fullmatch(line) else line)
    return {name: "\n".join(said).strip() for name, said in found.items()}


def _written(row: Translation) -> str:
    assert row.shown is not None
    version, article = row.shown, row.article
    values = {"key": article.key, "lang": row.language, "title": version.title}
    values |= {"audience": _audience(article), "topic": article.topic}
    head = "".join(f"{name}: {value}\n" for name, value in values.items() if value)
    parts = [(name, getattr(version, name)) for name in PARTS if getattr(version, name)]
    if [name for name, _text in parts] == ["body"]:
        return f"---\n{head}---\n\n{_escaped(version.body)}\n"
    return f"---\n{head}---\n" + "".join(f"\n<!-- {name} -->\n\n{_escaped(text)}\n" for name, text in parts)


def _escaped(text: str) -> str:
    return "\n".join(
        f"\\{line}" if _MARK.fullmatch(line) or _ESCAPED.fullmatch(line) else line for line in text.split("\n")
    )


def _audience(article: Article) -> str:
    if article.client is not None:
        return f"{Audience.ORGANISATION.value}:{article.client.name}"
    return f"{Audience.TEAM.value}:{article.team.name}" if article.team is not None else article.audience
