"""The file that a backup is: a tar of the database's dump, the keys and the attachments, with a manifest at its end.

The manifest names every member with its size and sha256; a file without one is cut off, so it is written last and read first
of all checks. Nothing here knows about Django or a running database.
"""

import contextlib
import hashlib
import json
import re
import tarfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from olmo.ops.problems import Problem

MANIFEST = "manifest.json"
DATABASE = "database.dump"
LAYOUT = 1
# Nothing else is ever taken out of a backup, so a forged one cannot write elsewhere.
_NAME = re.compile(r"database\.dump|secrets/[A-Za-z0-9_][\w.-]*|media(/[A-Za-z0-9_][\w.-]*)+", re.ASCII)
_CHUNK = 2**20


@dataclass(frozen=True)
class Member:
    """One file of a backup."""

    name: str
    size: int
    sha256: str


class Writer:
    """Puts files into a new backup."""

    def __init__(self, path: Path) -> None:
        self.members: list[Member] = []
        self._tar = tarfile.open(path, "w", format=tarfile.PAX_FORMAT)  # noqa: SIM115  (closed by finish)

    def add(self, name: str, source: Path) -> None:
        """Put a file in under this name. Raises FileNotFoundError, and OSError when it shrinks meanwhile."""
        with source.open("rb") as file:
            reader = _Hashing(file)
            info = self._info(name, source.stat().st_size)
            self._tar.addfile(info, reader)
        self.members.append(Member(name, info.size, reader.digest.hexdigest()))

    def finish(self, about: dict[str, Any]) -> None:
        """Write the manifest, and with it the end."""
        listed = {member.name: {"size": member.size, "sha256": member.sha256} for member in self.members}
        text = json.dumps({"olmo": "backup", "layout": LAYOUT, **about, "members": listed}, indent=1).encode()
        self._tar.addfile(self._info(MANIFEST, len(text)), BytesIO(text))
        self._tar.close()

    @staticmethod
    def _info(name: str, size: int) -> tarfile.TarInfo:
        info = tarfile.TarInfo(name)
        info.size, info.mode, info.mtime = size, 0o600, int(time.time())
        return info


class _Hashing(BytesIO):
    """A file that hashes what is read from it."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__()
        self.file, self.digest = file, hashlib.sha256()

    def read(self, size: int | None = -1, /) -> bytes:
        data = self.file.read(-1 if size is None else size)
        self.digest.update(data)
        return data


def checked(path: Path) -> dict[str, Any]:
    """The manifest of a backup that is whole: every member read once and compared. Raises Problem."""
    found: dict[str, dict[str, Any]] = {}
    manifest: Any = None
    with _reading(path):
        for info, file in _members(path):
            if info.name == MANIFEST:
                manifest = _manifest(path, file.read())
            else:
                found[info.name] = {"size": info.size, "sha256": _digest_of(file)}
    if manifest is None:
        raise Problem(f"{path} is cut off: it has no manifest at its end; use another backup")
    wrong = sorted(name for name in found.keys() | manifest["members"].keys() if _differs(name, found, manifest))
    if wrong:
        raise Problem(f"{path} is damaged ({len(wrong)} files, first {wrong[0]}); use another backup")
    if DATABASE not in found:
        raise Problem(f"{path} holds no database; use another backup")
    return dict(manifest)


def extract(path: Path, target: Path, database: Path) -> None:
    """Write the members of a checked backup below `target`, readable by this account only; the dump goes to `database`."""
    for info, file in _members(path):
        if info.name == MANIFEST:
            continue
        place = database if info.name == DATABASE else target / info.name
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        place.touch(mode=0o600)
        with place.open("wb") as copy:
            while chunk := file.read(_CHUNK):
                copy.write(chunk)


def _members(path: Path) -> Iterator[tuple[tarfile.TarInfo, IO[bytes]]]:
    with tarfile.open(path, "r:") as tar:
        for info in tar:
            file = tar.extractfile(info) if info.isreg() else None
            if file is None or not (info.name == MANIFEST or _NAME.fullmatch(info.name)):
                raise Problem(f"{path} holds {info.name!r}, which no backup of Olmo does; nothing was restored")
            yield info, file


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Say plainly what is wrong with a file that cannot be read."""
    try:
        yield
    except tarfile.TarError as error:
        raise Problem(f"{path} is no backup of Olmo, or is cut off ({error})") from error
    except OSError as error:
        raise Problem(f"{path} cannot be read ({error.strerror or error})") from error


def _manifest(path: Path, text: bytes) -> dict[str, Any]:
    try:
        manifest = json.loads(text)
        is_ours = manifest["olmo"] == "backup" and isinstance(manifest["members"], dict)
    except (ValueError, KeyError, TypeError):
        is_ours = False
    if not is_ours:
        raise Problem(f"{path} is no backup of Olmo: its manifest cannot be read")
    if manifest.get("layout") != LAYOUT:
        raise Problem(f"{path} was made by another Olmo ({manifest.get('version')}): restore it with that one")
    return dict(manifest)


def _digest_of(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _differs(name: str, found: dict[str, dict[str, Any]], manifest: dict[str, Any]) -> bool:
    return bool(found.get(name) != manifest["members"].get(name))
