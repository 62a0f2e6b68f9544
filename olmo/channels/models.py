"""Mailboxes of the desk, and the bytes that came in."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from olmo.people.models import Team
from olmo.tenancy.models import Client
from olmo.tickets.models import Message


class Security(models.TextChoices):
    TLS = "tls", _("TLS from the start")
    STARTTLS = "starttls", _("TLS by STARTTLS")
    NONE = "none", _("No encryption")


class Mailbox(models.Model):
    """An address to which requests are sent. With an IMAP host its mail is fetched; otherwise it arrives by SMTP or LMTP."""

    class Health(models.TextChoices):
        UNKNOWN = "unknown", _("Not tried yet")
        WORKING = "working", _("Working")
        FAILING = "failing", _("Failing")

    address = models.EmailField(_("mail address"), max_length=254)
    client = models.ForeignKey(
        Client, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("organisation"),
        help_text=_("Unknown senders are taken for people of this organisation."),
    )  # fmt: skip
    team = models.ForeignKey(Team, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("team"))
    language = models.CharField(
        _("language"), max_length=8, choices=settings.LANGUAGES, blank=True, help_text=_("Of unknown senders.")
    )
    takes_plus = models.BooleanField(
        _("takes answers at address+token"), default=True,
        help_text=_("Switch this off when mail to name+anything@… does not arrive in this mailbox."),
    )  # fmt: skip
    trusted_server = models.CharField(
        _("name of the mail server whose verdicts on senders count"), max_length=253, blank=True,
        help_text=_("The first word of its Authentication-Results header. Without it no sender counts as proven."),
    )  # fmt: skip
    imap_host = models.CharField(_("IMAP server"), max_length=253, blank=True)
    imap_port = models.PositiveIntegerField(_("IMAP port"), default=993)
    imap_security = models.CharField(_("IMAP encryption"), max_length=8, choices=Security, default=Security.TLS)
    imap_user = models.CharField(_("IMAP user"), max_length=254, blank=True)
    secret_name = models.CharField(max_length=64, blank=True)
    imap_folder = models.CharField(_("folder to read"), max_length=254, default="INBOX")
    imap_done_folder = models.CharField(
        _("folder for messages that were taken"), max_length=254, blank=True,
        help_text=_("Empty: they stay where they are, marked as read."),
    )  # fmt: skip
    is_active = models.BooleanField(_("active"), default=True)
    health = models.CharField(max_length=8, choices=Health, default=Health.UNKNOWN)
    last_error = models.CharField(max_length=500, blank=True)
    failing_since = models.DateTimeField(null=True)
    reported_at = models.DateTimeField(null=True)
    last_ok_at = models.DateTimeField(null=True)
    uid_validity = models.BigIntegerField(default=0)
    last_uid = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["address"]
        verbose_name_plural = "mailboxes"
        constraints = [models.UniqueConstraint(Lower("address"), name="mailbox_address_once")]

    def __str__(self) -> str:
        return self.address

    @property
    def is_fetched(self) -> bool:
        """Its mail is fetched by IMAP."""
        return bool(self.imap_host)


class Way(models.TextChoices):
    SMTP = "smtp", "SMTP"
    LMTP = "lmtp", "LMTP"
    IMAP = "imap", "IMAP"
    PIPE = "pipe", _("bin/olmo mail deliver")


class RawState(models.TextChoices):
    RECEIVED = "received", _("Waiting to be processed")
    DONE = "done", _("Processed")
    IGNORED = "ignored", _("Left aside")
    PARKED = "parked", _("Could not be processed")
    DISCARDED = "discarded", _("Discarded by an administrator")


class RawMessage(models.Model):
    """A message as it came, byte for byte: small ones in `content`, large ones in the file store under their sha256.

    It belongs to nobody until it was processed, and is then seen by administrators of the whole desk only; afterwards it
    belongs to the client of its ticket.
    """

    client = models.ForeignKey(Client, models.PROTECT, null=True, related_name="+", db_index=False)
    way = models.CharField(max_length=4, choices=Way)
    mailbox = models.ForeignKey(Mailbox, models.SET_NULL, null=True, related_name="+", db_index=False)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    content = models.BinaryField(null=True)
    envelope_from = models.CharField(max_length=320, db_default="")
    envelope_to = ArrayField(models.CharField(max_length=320), db_default=[])
    mail_id = models.CharField(max_length=998, db_default="")
    received_at = models.DateTimeField(db_default=Now())
    state = models.CharField(max_length=9, choices=RawState, db_default=RawState.RECEIVED)
    attempts = models.PositiveSmallIntegerField(db_default=0)
    next_at = models.DateTimeField(db_default=Now())
    processed_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, db_default="")
    is_automatic = models.BooleanField(db_default=False, help_text=_("No person wrote it: nothing may answer it."))
    key = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001  (null: it has not acted yet)
    twin = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+", db_index=False)
    message = models.ForeignKey(Message, models.SET_NULL, null=True, related_name="+", db_index=False)

    class Meta:
        indexes = [
            models.Index(fields=["next_at", "id"], name="raw_to_process", condition=Q(state="received")),
            models.Index(fields=["id"], name="raw_parked", condition=Q(state="parked")),
            models.Index(fields=["mail_id"], name="raw_mail_id", condition=~Q(mail_id="")),
            models.Index(fields=["sha256"], name="raw_sha256"),
        ]

    def __str__(self) -> str:
        return f"{self.way} {self.pk}: {self.state}"
