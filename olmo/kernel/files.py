"""Attachment content on disk, kept once per sha256. A file is durable before the row that names it commits."""

import contextlib
import hashlib
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from olmo.kernel.errors import Invalid, OlmoError
from olmo.kernel.text import clean_line


class NoSpace(OlmoError):
    """The data folder is full or read-only; nothing was kept, nothing that was there is lost."""

    def __init__(self) -> None:
        super().__init__(_("There is no space left for files. Nothing was lost; please tell your administrator."))


@dataclass(frozen=True)
class Stored:
    """A content in the store: its sha256 (64 hex) and size in bytes."""

    sha256: str
    size: int


def path_of(sha256: str) -> Path:
    """Where the content with this digest lies."""
    return Path(settings.OLMO_FILES) / sha256[:2] / sha256[2:4] / sha256


def store(chunks: Iterable[bytes]) -> Stored:
    """Write a content, durably, and return its digest and size. Writing the same content twice keeps one file.

    Raises NoSpace; a half-written file is removed.
    """
    part = Path(settings.OLMO_FILES) / f"in-{secrets.token_hex(8)}"
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        stored = _write(part, chunks)
        target = path_of(stored.sha256)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            part.rename(target)
            _sync_folder(target.parent)
    except OSError as error:
        raise NoSpace from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink()
    return stored


def safe_name(name: str) -> str:
    """A file name without a path, control or direction marks; never empty."""
    base = clean_line(name.replace("\\", "/").rsplit("/", 1)[-1], 200).strip(". ")
    return base or str(_("unnamed"))


def require_size(name: str, size: int) -> None:
    """Raise Invalid where a file is larger than this installation takes. size: bytes announced."""
    limit = settings.OLMO_MAX_UPLOAD_BYTES
    if size > limit:
        raise Invalid(
            "files", _("“%(name)s” is too large: %(size)d MB of at most %(limit)d MB. Your text was kept.")
            % {"name": clean_line(name), "size": -(-size // 2**20), "limit": limit // 2**20},
        )  # fmt: skip


def _write(part: Path, chunks: Iterable[bytes]) -> Stored:
    digest, size = hashlib.sha256(), 0
    with part.open("xb") as file:
        for chunk in chunks:
            digest.update(chunk)
            size += file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return Stored(digest.hexdigest(), size)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
