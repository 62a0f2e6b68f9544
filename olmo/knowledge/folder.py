"""A folder of Markdown files, one for each published text: exported, changed with any editor, and brought in again.

Pictures and other files of an article lie in `files/KEY/` and are named so in its texts.

A file begins with what is set, one word a line between two lines of three dashes; then come the parts of the text, each below
a line such as `<!-- solution -->` (the body has none when it stands alone). What was just brought in goes out the same.
"""

import mimetypes
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from django.utils.translation import gettext as _

from olmo.kernel.errors import Invalid
from olmo.kernel.files import path_of
from olmo.people.actions import robot

from . import files as own
from .models import PARTS, Article, Audience, File, Kind, State, Translation

SET = ("key", "lang", "title", "audience", "kind", "products", "topic")
FILES = "files"
_MARK = re.compile(rf"<!-- ({'|'.join(PARTS)}) -->")
_ESCAPED = re.compile(rf"(\\+)(<!-- (?:{'|'.join(PARTS)}) -->)")


def files() -> Iterator[tuple[str, str]]:
    """The name and content of each file, inside a scope that shows every client."""
    rows = Translation.objects.filter(shown__isnull=False).exclude(article__state=State.RETIRED)
    for row in (
        rows.select_related("shown", "article__client", "article__team")
        .prefetch_related("article__files")
        .order_by("article__key", "language")
    ):
        yield f"{quote(row.article.key, safe='')}.{row.language}.md", _written(row)


def attached() -> Iterator[tuple[str, Path]]:
    """Where each file of a published article lies in the folder, and where its content is now."""
    rows = File.objects.filter(article__translations__shown__isnull=False).exclude(article__state=State.RETIRED)
    for row in rows.select_related("article").distinct().order_by("article__key", "name"):
        if row.article is not None and own.is_shown(row):
            yield _place(row.article, row.name), path_of(row.sha256)


def bring(article: Article, folder: Path) -> bool:
    """Give an article the files that lie for it in the folder; returns whether any is new or another. Raises OSError, Invalid."""
    place = folder / FILES / quote(article.key, safe="")
    return sum(_brought(article, path) for path in sorted(place.glob("*")) if path.is_file()) > 0


def _brought(article: Article, path: Path) -> bool:
    name = unquote(path.name)
    known = File.objects.filter(article=article, name=name).first()
    content = path.read_bytes()
    if known is not None and known.sha256 == sha256(content).hexdigest():
        return False
    media_type = mimetypes.guess_type(name)[0] or ""
    kept = own.keep(by=robot("Olmo"), name=name, media_type=media_type, chunks=[content], size=len(content))
    if known is not None:  # an address goes on leading to what it led to: the newer one gets its own
        own.give_up_name(known)
    own.adopt(article, [kept])
    return True


def addressed(key: str, text: str) -> str:
    """A text of the folder as it is kept: its files by their address. Those that are not there keep their place."""
    names = {file.name: own.address(file) for file in File.objects.filter(article__key=key)}
    pattern = re.compile(rf"\({FILES}/{re.escape(quote(key, safe=''))}/([^)\s]+)\)")
    return pattern.sub(lambda found: f"({names.get(unquote(found[1])) or found[0][1:-1]})", text)


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
    kind = "" if article.kind == Kind.GUIDE else article.kind
    values |= {
        "audience": _audience(article),
        "kind": kind,
        "products": "; ".join(article.products),
        "topic": article.topic,
    }
    head = "".join(f"{name}: {value}\n" for name, value in values.items() if value)
    parts = [(name, _beside(article, getattr(version, name))) for name in PARTS if getattr(version, name)]
    if [name for name, _text in parts] == ["body"]:
        return f"---\n{head}---\n\n{_escaped(parts[0][1])}\n"
    return f"---\n{head}---\n" + "".join(f"\n<!-- {name} -->\n\n{_escaped(text)}\n" for name, text in parts)


def _place(article: Article, name: str) -> str:
    return f"{FILES}/{quote(article.key, safe='')}/{quote(name, safe='')}"


def _beside(article: Article, text: str) -> str:
    """The text with its own files named by where they lie in the folder."""
    names = {file.pk: file.name for file in article.files.all()}
    return own.readdressed(text, lambda pk: _place(article, names[pk]) if pk in names else None)


def _escaped(text: str) -> str:
    return "\n".join(
        f"\\{line}" if _MARK.fullmatch(line) or _ESCAPED.fullmatch(line) else line for line in text.split("\n")
    )


def _audience(article: Article) -> str:
    if article.client is not None:
        return f"{Audience.ORGANISATION.value}:{article.client.name}"
    return f"{Audience.TEAM.value}:{article.team.name}" if article.team is not None else article.audience
