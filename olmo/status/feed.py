"""The status as a feed (Atom, RFC 4287)."""

from collections.abc import Iterable
from datetime import UTC
from xml.etree import ElementTree as ET

from django.conf import settings
from django.urls import reverse

from olmo.kernel import clock

from .models import State, Update

ATOM = "http://www.w3.org/2005/Atom"
TYPE = "application/atom+xml; charset=utf-8"


def atom(updates: Iterable[Update], *, title: str, path: str, author: str) -> bytes:
    """The updates as one document, the newest first. path: its own address on this site."""
    ET.register_namespace("", ATOM)
    feed = ET.Element(f"{{{ATOM}}}feed")
    rows = list(updates)
    _put(feed, "id", settings.BASE_URL + path)
    _put(feed, "title", title)
    _put(feed, "updated", _stamp(rows[0]) if rows else clock.now().astimezone(UTC).isoformat(timespec="seconds"))
    ET.SubElement(feed, f"{{{ATOM}}}link", rel="self", href=settings.BASE_URL + path)
    _put(ET.SubElement(feed, f"{{{ATOM}}}author"), "name", author)
    for row in rows:
        _entry(feed, row)
    body: bytes = ET.tostring(feed, encoding="utf-8")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + body


def _entry(feed: ET.Element, row: Update) -> None:
    entry = ET.SubElement(feed, f"{{{ATOM}}}entry")
    _put(entry, "id", f"{settings.BASE_URL}{reverse('portal:status')}#update-{row.pk}")
    _put(entry, "title", f"{row.happening.title}: {State(row.state).label}")
    _put(entry, "updated", _stamp(row))
    ET.SubElement(
        entry, f"{{{ATOM}}}link", href=f"{settings.BASE_URL}{reverse('portal:happening', args=[row.happening_id])}"
    )
    _put(entry, "content", row.text).set("type", "text")


def _put(parent: ET.Element, name: str, text: str) -> ET.Element:
    made = ET.SubElement(parent, f"{{{ATOM}}}{name}")
    made.text = text
    return made


def _stamp(row: Update) -> str:
    return row.at.astimezone(UTC).isoformat(timespec="seconds")
