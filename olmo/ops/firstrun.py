"""The first run: a one-time link to the page that sets Olmo up, printed in the terminal.

Who can read the terminal or the data folder is the operator. Only the token's digest is kept, in the data
folder; the link works for a day, once, and never when there is an administrator already.
"""

import contextlib
import hashlib
import hmac
import os
import secrets
import time

from olmo.kernel.config import Config, current
from olmo.ops import roles

LIFETIME_SECONDS = 24 * 3600
FILE = "setup_token"
PATH = "/set-up/{token}"


def setup_link(config: Config | None = None) -> str | None:
    """A new one-time link to the set-up page, or None when there is an administrator.

    An earlier link ends with it. The tables must be there.
    """
    config = config or current()
    with roles.connect(config.login()) as login:
        if _has_administrator(login):
            burn_token(config)
            return None
    token = secrets.token_urlsafe(24)
    path = config.secrets_dir / FILE
    draft = path.with_name(f".{FILE}-{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(_digest(token))
    draft.replace(path)
    return config.base_url + PATH.format(token=token)


def check_token(token: str) -> bool:
    """Whether the token of a link may set this Olmo up now."""
    config = current()
    path = config.secrets_dir / FILE
    try:
        is_fresh = time.time() - path.stat().st_mtime < LIFETIME_SECONDS
        is_right = hmac.compare_digest(path.read_text(), _digest(token))
    except OSError:
        return False
    if not (is_fresh and is_right):
        return False
    with roles.connect(config.login()) as login:
        return not _has_administrator(login)


def burn_token(config: Config | None = None) -> None:
    """End the link: an administrator exists now."""
    with contextlib.suppress(OSError):
        ((config or current()).secrets_dir / FILE).unlink()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _has_administrator(login: roles.Connection) -> bool:
    query = "SELECT EXISTS (SELECT 1 FROM people_person WHERE is_administrator AND is_active)"
    return login.execute(query).fetchone() == (True,)
