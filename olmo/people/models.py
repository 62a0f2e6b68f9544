"""Persons, identities, teams, tiers, sign-in links."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from olmo.tenancy.models import Client, Located


class Kind(models.TextChoices):
    REQUESTER = "requester", _("Requester")
    AGENT = "agent", _("Agent")
    ROBOT = "robot", _("Robot")


# For how long a reply can be taken back before it leaves.
UNDO_CHOICES = [(0, _("No: it leaves at once")), (10, _("10 seconds")), (20, _("20 seconds")), (30, _("30 seconds"))]


class PersonManager(BaseUserManager["Person"]):
    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(email__iexact=username)


class Person(AbstractBaseUser, Located):
    """Somebody (or a robot) who can be the author of a change."""

    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.REQUESTER)
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail"), max_length=254, null=True, blank=True)  # noqa: DJ001  (NULL is not unique)
    client = models.ForeignKey(Client, models.PROTECT, null=True, blank=True, related_name="people")
    title = models.CharField(_("role or department"), max_length=120, blank=True)
    is_vip = models.BooleanField(_("VIP"), default=False)
    is_administrator = models.BooleanField(_("administrator"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    sees_organisation = models.BooleanField(_("sees all tickets of the organisation"), default=False)
    clients: "models.ManyToManyField[Client, Any]" = models.ManyToManyField(
        Client, blank=True, related_name="+", help_text=_("An agent of these organisations only; none means all.")
    )
    location = models.CharField(_("location"), max_length=120, blank=True)
    manager = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="reports_to_me", verbose_name=_("manager")
    )
    cost_centre = models.ForeignKey(
        "CostCentre", models.PROTECT, null=True, blank=True, related_name="people", verbose_name=_("cost centre")
    )
    theme = models.CharField(max_length=8, blank=True, choices=[("light", _("Light")), ("dark", _("Dark"))])
    is_nav_narrow = models.BooleanField(default=False)
    lists = models.JSONField(default=dict, blank=True)  # how an agent likes the lists: see olmo/desk/lists/taste.py
    signatures = models.JSONField(_("signature"), default=dict, blank=True)  # language -> text: kernel.signatures
    keys = models.JSONField(default=dict, blank=True)  # command -> key, where it is not the usual one
    has_single_keys = models.BooleanField(default=True)
    undo_seconds = models.PositiveSmallIntegerField(_("time to undo sending"), choices=UNDO_CHOICES, default=10)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[PersonManager] = PersonManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="person_email_once"),
            models.CheckConstraint(
                condition=models.Q(kind="requester", client__isnull=False)
                | (~models.Q(kind="requester") & models.Q(client__isnull=True)),
                name="requesters_have_a_client",
            ),
            models.CheckConstraint(
                condition=models.Q(is_administrator=False) | models.Q(kind="agent"), name="administrators_are_agents"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_agent(self) -> bool:
        return self.kind == Kind.AGENT

    @property
    def is_requester(self) -> bool:
        return self.kind == Kind.REQUESTER

    @property
    def is_robot(self) -> bool:
        return self.kind == Kind.ROBOT

    @property
    def initials(self) -> str:
        words = [w for w in self.name.split() if w[0].isalnum()]
        return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper() if words else "?"

    @property
    def first_name(self) -> str:
        return self.name.split(" ")[0]


class CostCentre(models.Model):
    """Who pays within an organisation. Its owner approves what is charged to it."""

    client = models.ForeignKey(Client, models.PROTECT, related_name="+", db_index=False, verbose_name=_("organisation"))
    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=120)
    owner = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("owner"))

    class Meta:
        ordering = ["client_id", "code"]
        constraints = [models.UniqueConstraint(fields=["client", "code"], name="cost_centre_code_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Identity(models.Model):
    """An address, number or handle by which a person is known. Values are stored as compared: addresses in lower case,
    numbers in E.164."""

    class Kind(models.TextChoices):
        EMAIL = "email", _("E-mail")
        PHONE = "phone", _("Phone")

    person = models.ForeignKey(Person, models.CASCADE, related_name="identities")
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.EMAIL)
    value = models.CharField(max_length=320)
    bounces = models.PositiveSmallIntegerField(default=0)
    is_silenced = models.BooleanField(default=False, help_text=_("Nothing is sent here after repeated hard bounces."))

    class Meta:
        verbose_name_plural = "identities"
        constraints = [models.UniqueConstraint(fields=["kind", "value"], name="identity_of_one_person")]

    def __str__(self) -> str:
        return self.value


class PersonNote(models.Model):
    """What agents should know of a person ("deaf on the left ear, speak up"). Agents only; it can be erased like any words."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="notes")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    text = models.TextField(_("note"), max_length=2000)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"note {self.pk}"


class Tier(models.Model):
    """A level of support. 1 is the first contact; functional escalation goes to the next higher level."""

    level = models.PositiveSmallIntegerField(_("level"), unique=True)
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        ordering = ["level"]

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    """Agents who take tickets together. tried_first: what they try before they escalate, item by item."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    tier = models.ForeignKey(Tier, models.PROTECT, related_name="teams")
    members: "models.ManyToManyField[Person, Any]" = models.ManyToManyField(Person, blank=True, related_name="teams")
    leads: "models.ManyToManyField[Person, Any]" = models.ManyToManyField(Person, blank=True, related_name="led_teams")
    signatures = models.JSONField(_("signature"), default=dict, blank=True)
    tried_first = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering = ["tier__level", "name"]

    def __str__(self) -> str:
        return self.name

    @property
    def initials(self) -> str:
        words = self.name.split()
        return (words[0][0] + (words[1][0] if len(words) > 1 else words[0][1:2])).upper()


class SignInLink(models.Model):
    """A link mailed to somebody who signs in without a password. Works once, for an hour; only its digest is kept."""

    person = models.ForeignKey(Person, models.CASCADE)
    digest = models.CharField(max_length=64, unique=True)
    address = models.EmailField()
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True)


class AuditLine(models.Model):
    """One change of a setting by an administrator. The database refuses UPDATE and DELETE."""

    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_index=True)
    subject = models.CharField(max_length=200)
    change = models.JSONField(default=dict)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.subject}"
