"""Verbs that make people known: by an administrator, at set-up, or by the first message from a new address."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from olmo.kernel.text import clean, clean_line
from olmo.tenancy.models import Client

from .identities import normal_address, normal_number
from .models import Identity, Kind, Person, PersonNote, Team


def enrol_requester(
    client: Client, name: str, email: str | None, *, phone: str = "", language: str = "", title: str = ""
) -> Person:
    """Make a requester of `client`. Language and time zone default to the client's.

    Raises Invalid (not an address or number), Conflict (the address is somebody else's).
    """
    return _enrol(
        Person(
            kind=Kind.REQUESTER, client=client, title=clean_line(title, 120),
            language=language or client.language, time_zone=client.time_zone,
        ),
        name, email, phone,
    )  # fmt: skip


def enrol_agent(
    name: str, email: str, *, password: str | None = None, teams: list[Team] | None = None, title: str = "",
    is_administrator: bool = False, language: str = "en", time_zone: str = "UTC",
) -> Person:  # fmt: skip
    """Make an agent of the provider, optionally an administrator. Without a password they sign in by mailed link.

    Raises Invalid (not an address), Conflict (the address is somebody else's).
    """
    person = Person(
        kind=Kind.AGENT, title=clean_line(title, 120), is_administrator=is_administrator, language=language,
        time_zone=time_zone,
    )  # fmt: skip
    person = _enrol(person, name, email, "", password=password)
    for team in teams or []:
        team.members.add(person)
    return person


def robot(name: str) -> Person:
    """The robot of this name, made on first use: rules, intake and clocks write the log as robots."""
    found = Person.objects.filter(kind=Kind.ROBOT, name=name).first()
    return found or _enrol(Person(kind=Kind.ROBOT), name, None, "")


def add_identity(person: Person, kind: str, value: str) -> Identity:
    """Give `person` one more address or number. Raises Invalid, Conflict (it names somebody else)."""
    normal = normal_address(value) if kind == Identity.Kind.EMAIL else normal_number(value, person.time_zone)
    try:
        with transaction.atomic():
            return Identity.objects.create(person=person, kind=kind, value=normal)
    except IntegrityError as error:
        raise Conflict(_("%(value)s already belongs to somebody.") % {"value": normal}) from error


def _enrol(person: Person, name: str, email: str | None, phone: str, password: str | None = None) -> Person:
    person.name = clean_line(name, 120)
    if not person.name:
        raise Invalid("name", _("A person needs a name."))
    person.email = normal_address(email) if email else None
    person.set_password(password)
    try:
        with transaction.atomic():
            person.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(_("%(email)s already belongs to somebody.") % {"email": person.email}) from error
    if person.email:
        add_identity(person, Identity.Kind.EMAIL, person.email)
    if phone:
        add_identity(person, Identity.Kind.PHONE, phone)
    return person


def note_person(person: Person, *, by: Person, text: str) -> PersonNote:
    """Keep a note about a person, for agents. Raises NotAllowed, Invalid (no words)."""
    if not by.is_agent:
        raise NotAllowed
    words = clean(text, 2000).strip()
    if not words:
        raise Invalid("text", _("Write something first."))
    return PersonNote.objects.create(person=person, by=by, at=clock.now(), text=words)


def erase_note(person: Person, note: int) -> None:
    """Erase a note about a person for good. Raises NotFound."""
    if not PersonNote.objects.filter(person=person, pk=note).delete()[0]:
        raise NotFound
