"""Tables of the service status. What concerns no organisation in particular concerns them all, and may be public."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from olmo.catalogue.models import Service
from olmo.kernel import clock
from olmo.people.models import Person, Team
from olmo.tenancy.models import Client
from olmo.tickets.models import Ticket


class Kind(models.TextChoices):
    INCIDENT = "incident", _("Incident")
    PLANNED = "planned", _("Planned work")
    ANNOUNCEMENT = "announcement", _("Announcement")


class Level(models.TextChoices):
    """How much it disturbs."""

    INFO = "info", _("For information")
    WARNING = "warning", _("Works badly, or in part")
    FAULT = "fault", _("Does not work")


class State(models.TextChoices):
    """What an update says of how far it is; the last four end it."""

    SAID = "said", _("Announced")
    LOOKING = "looking", _("Being looked into")
    FOUND = "found", _("Cause found")
    WATCHING = "watching", _("Mended, being watched")
    PLANNED = "planned", _("Planned")
    BEGUN = "begun", _("Begun")
    RESOLVED = "resolved", _("Solved")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")
    ENDED = "ended", _("Over")


STATES = {
    Kind.INCIDENT: (State.LOOKING, State.FOUND, State.WATCHING, State.RESOLVED),
    Kind.PLANNED: (State.PLANNED, State.BEGUN, State.DONE, State.CANCELLED),
    Kind.ANNOUNCEMENT: (State.SAID, State.ENDED),
}
MENDED = frozenset({State.RESOLVED, State.DONE})
ENDS = MENDED | {State.CANCELLED, State.ENDED}


def said(en: str, it: str, language: str = "") -> str:
    """Of two texts the one in a language (the reader's), else the other."""
    first, second = (it, en) if (language or get_language() or "en").startswith("it") else (en, it)
    return first or second


class Component(models.Model):
    """Something that people use and that can fail; of one organisation, or everybody's. names: language -> name.

    service: what is ordered of it says in the catalogue when it is disturbed.
    """

    name = models.CharField(_("name"), max_length=80)
    names: Any = models.JSONField(default=dict, blank=True)
    client = models.ForeignKey(Client, models.CASCADE, null=True, blank=True, related_name="+")
    service = models.ForeignKey(Service, models.PROTECT, null=True, blank=True, related_name="+")
    position = models.PositiveSmallIntegerField(_("place"), default=0)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering = ["position", "name"]
        constraints = [models.UniqueConstraint("client", "name", name="component_once", nulls_distinct=False)]

    def __str__(self) -> str:
        return str(self.names.get((get_language() or "en")[:2]) or self.name)


class Happening(models.Model):
    """One thing that is told. clients: whom it concerns; empty: all. team: its agents alone. ticket: its major incident."""

    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    level = models.CharField(_("level"), max_length=8, choices=Level, default=Level.INFO)
    title_en = models.CharField(_("title in English"), max_length=120, blank=True)
    title_it = models.CharField(_("title in Italian"), max_length=120, blank=True)
    clients = ArrayField(models.BigIntegerField(), default=list, blank=True)
    team = models.ForeignKey(Team, models.CASCADE, null=True, blank=True, related_name="+")
    components = ArrayField(models.BigIntegerField(), default=list, blank=True)
    in_portal = models.BooleanField(_("requesters see it"), default=True)
    in_desk = models.BooleanField(_("agents see it"), default=False)
    is_banner = models.BooleanField(_("stands at the head of pages"), default=True)
    begins_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    ended_at = models.DateTimeField(null=True)
    ticket = models.OneToOneField(Ticket, models.CASCADE, null=True, related_name="+")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-begins_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=models.F("begins_at")), name="ends_after_beginning"
            ),
            models.CheckConstraint(condition=Q(team=None) | Q(in_portal=False), name="team_is_of_the_desk"),
        ]
        indexes = [
            models.Index(fields=["begins_at"], name="happening_on", condition=Q(ended_at=None)),
            models.Index(fields=["-begins_at"], name="happening_began"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """In the reader's language, else in the other."""
        return said(self.title_en, self.title_it)

    @property
    def until(self) -> datetime | None:
        """When it ended, or is to; what was given up before it began keeps the end that was told."""
        return self.ends_at if self.ended_at is None or self.ended_at < self.begins_at else self.ended_at

    def over(self, last: str) -> State | None:
        """How it ended: by its last words (a state), else by its time; None while it goes on or is ahead."""
        if self.ended_at is None and (self.ends_at is None or self.ends_at > clock.now()):
            return None
        return State(last) if last in ENDS else State.ENDED


class Update(models.Model):
    """What was said of a happening, and when; the database refuses UPDATE and DELETE."""

    happening = models.ForeignKey(Happening, models.CASCADE, related_name="updates")
    state = models.CharField(_("state"), max_length=10, choices=State)
    text_en = models.TextField(_("text in English"), max_length=2000, blank=True)
    text_it = models.TextField(_("text in Italian"), max_length=2000, blank=True)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.text[:80]

    @property
    def text(self) -> str:
        """In the reader's language, else in the other."""
        return said(self.text_en, self.text_it)


class Heard(models.Model):
    """An agent has read what was said of a happening by then: it leaves the head of their pages until more is said."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    happening = models.ForeignKey(Happening, models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["happening", "person"], name="heard_once")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.happening_id}"


class Page(models.Model):
    """Whether a status page is read without signing in: the desk's (no client), or an organisation's at its own address.

    secret: names the feed of those who may not read it otherwise; a new one ends the old address.
    """

    client = models.ForeignKey(Client, models.CASCADE, null=True, related_name="+", db_index=False)
    is_public = models.BooleanField(_("public"), default=False)
    slug = models.SlugField(_("address"), max_length=40, blank=True)
    secret = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["slug"], condition=~Q(slug=""), name="page_address_once"),
            models.UniqueConstraint("client", name="one_page_each", nulls_distinct=False),
        ]

    def __str__(self) -> str:
        return self.slug


class Subscriber(models.Model):
    """An address that is told by mail, once it has confirmed. client: whose page; none: the desk's.

    person: the requester who asked for it; without one a stranger did, at a public page, and it ends when that is public no more.
    """

    address = models.EmailField(max_length=254)
    client = models.ForeignKey(Client, models.CASCADE, null=True, related_name="+")
    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="+")
    language = models.CharField(max_length=8, choices=settings.LANGUAGES, default="en")
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint("address", "client", name="subscribed_once", nulls_distinct=False)]

    def __str__(self) -> str:
        return self.address
