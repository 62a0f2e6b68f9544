"""Verbs of administrators: parked messages, mailboxes."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from olmo.kernel import clock
from olmo.kernel.config import current
from olmo.kernel.errors import Conflict, Invalid, NotAllowed
from olmo.kernel.tokens import new_token
from olmo.outbox.addresses import checked_address
from olmo.people.models import AuditLine, Person

from . import processing
from .models import Mailbox, RawMessage, RawState

FETCHING = ("imap_host", "imap_port", "imap_security", "imap_user", "imap_folder")
FIELDS = (
    "address", "client", "team", "language", "takes_plus", "trusted_server", *FETCHING, "imap_done_folder", "is_active",
)  # fmt: skip


def retry(raw: RawMessage, *, by: Person) -> None:
    """Process a parked message again. Raises NotAllowed, Conflict (it is not parked any more)."""
    _unpark(raw, by, state=RawState.RECEIVED, attempts=0, next_at=clock.now(), processed_at=None)
    processing.wake()


def discard(raw: RawMessage, *, by: Person) -> None:
    """Take a parked message off the list; its bytes stay. Raises NotAllowed, Conflict."""
    _unpark(raw, by, state=RawState.DISCARDED, processed_at=clock.now())


def save_mailbox(mailbox: Mailbox | None, *, by: Person, password: str = "", **values: Any) -> Mailbox:
    """Add a mailbox (None), or change one; `values` are of FIELDS. password: a new IMAP password, "" keeps the one that is there.

    What is fetched with other settings than before is read from its unread messages on. Raises NotAllowed, Invalid, Conflict.
    """
    _require_administrator(by)
    changed = mailbox or Mailbox()
    before = {name: getattr(changed, name) for name in FETCHING}
    for name, value in values.items():
        if name not in FIELDS:
            raise Invalid(name, _("A mailbox has no such setting."))
        setattr(changed, name, value)
    changed.address = checked_address(changed.address.strip().lower(), "address")
    _check(changed)
    if any(getattr(changed, name) != value for name, value in before.items()):
        changed.uid_validity = changed.last_uid = 0
        changed.health, changed.last_error, changed.failing_since = Mailbox.Health.UNKNOWN, "", None
    if password:
        changed.secret_name = _keep_secret(password)
    return _saved(changed, by, {name: str(value) for name, value in values.items()})


def _check(mailbox: Mailbox) -> None:
    if mailbox.imap_host and not mailbox.imap_user:
        raise Invalid("imap_user", _("To fetch mail, the user's name at the IMAP server is needed."))
    if not 0 < mailbox.imap_port < 65536:
        raise Invalid("imap_port", _("A port is a number from 1 to 65535."))
    if mailbox.imap_host and mailbox.imap_done_folder == mailbox.imap_folder:
        raise Invalid("imap_done_folder", _("Messages that were taken need a folder of their own, or none."))


def _saved(mailbox: Mailbox, by: Person, change: dict[str, str]) -> Mailbox:
    try:
        with transaction.atomic():
            mailbox.save()
    except IntegrityError as error:
        raise Conflict(
            _("There is a mailbox with the address %(address)s already.") % {"address": mailbox.address}
        ) from error
    AuditLine.objects.create(by=by, at=clock.now(), subject=f"mailbox {mailbox.address}", change=change)
    return mailbox


def _keep_secret(password: str) -> str:
    """Write a password into a file of its own, readable by this program only; backups of the database do not hold it."""
    config, name = current(), f"mailbox-{new_token(16)}"
    config.prepare_data_folder()
    path = config.secrets_dir / name
    path.touch(mode=0o600)
    path.write_text(password + "\n")
    return name


def _unpark(raw: RawMessage, by: Person, **values: Any) -> None:
    _require_administrator(by)
    if not RawMessage.objects.filter(pk=raw.pk, state=RawState.PARKED).update(**values):
        raise Conflict(_("This message is not on the list any more."))
    AuditLine.objects.create(
        by=by, at=clock.now(), subject=f"raw message {raw.pk}", change={"state": str(values["state"])}
    )


def _require_administrator(person: Person) -> None:
    if not person.is_administrator:
        raise NotAllowed
