"""Verbs of a draft: save, throw away, and put one back among the open ones."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid, NotFound
from olmo.kernel.text import clean, clean_line, whole_numbers
from olmo.people.models import Person
from olmo.tickets import policy
from olmo.tickets.models import Attachment, Supplier, Ticket

from . import queries
from .models import Draft, Kind

MAX_TEXT = 200_000
MAX_RECIPIENTS = 5000


@dataclass(frozen=True, kw_only=True)
class ForPartner:
    """What a message to a partner's desk has beside its words. supplier: its id; quoted, attached: ids of the ticket's own."""

    supplier: int | None = None
    quoted: tuple[int, ...] = ()
    attached: tuple[int, ...] = ()
    waits: bool = True
    reference: str = ""


@dataclass(frozen=True, kw_only=True)
class Content:
    """What was typed. revision: of the draft that the author began from (0: there was none). writer: the open page.

    partner: of a message to a partner; work: minutes of work that go with it, as they were typed. None leaves what is kept.
    """

    text: str
    to: str = ""
    cc: str = ""
    code: str = ""
    uploads: tuple[int, ...] = ()
    revision: int = 0
    writer: str = ""
    partner: ForPartner | None = None
    work: Mapping[str, str] | None = None

    @property
    def is_empty(self) -> bool:
        return not self.text.strip() and not self.uploads and not (self.work or {}).get("minutes")


class Moved(Conflict):
    """The draft was changed on another page; nothing was overwritten. `draft` is what is saved now (None: it was sent)."""

    def __init__(self, draft: Draft | None) -> None:
        self.draft = draft
        super().__init__(
            _("This draft was changed in another window. Nothing was overwritten.")
            if draft
            else _("This draft was sent or thrown away in another window. Your text was kept.")
        )


@transaction.atomic
def save(ticket: Ticket, *, by: Person, kind: str, content: Content) -> Draft | None:
    """Keep what `by` is writing on a ticket; an empty draft ends (None).

    Raises NotFound, NotAllowed, Invalid (too long), Moved (another page of the author wrote meanwhile).
    """
    policy.require_work(by, ticket)
    draft = queries.open_draft(by, ticket, kind, locked=True)
    if draft is None and content.revision and not content.is_empty:
        raise Moved(None)
    if content.is_empty:
        if draft is not None:
            _require_unmoved(draft, content)
            draft.delete()
        return None
    return _written(draft or _new(ticket, by, kind), content)


@transaction.atomic
def edit(draft: Draft, *, by: Person, content: Content) -> Draft:
    """Change a draft that somebody shared or asked `by` to approve. Files stay with their draft.

    Raises NotFound, Conflict (it is on its way), Moved, Invalid.
    """
    draft = locked(draft, by)
    if draft.send_at is not None:
        raise Conflict(_("This reply is about to leave. Take it back first."))
    if content.is_empty:
        raise Invalid("text", _("Write something first."))
    Attachment.objects.filter(pk__in=content.uploads, uploader=by, message=None).update(uploader=draft.author_id)
    return _written(draft, content)


@transaction.atomic
def discard(draft: Draft, *, by: Person) -> None:
    """Throw a draft of one's own away. Raises NotFound."""
    draft = locked(draft, by)
    if draft.author_id != by.pk:
        raise NotFound
    draft.delete()


def locked(draft: Draft, by: Person) -> Draft:
    """The row of a draft, locked, if `by` may see it. Raises NotFound."""
    found = queries.visible_to(by).select_for_update(of=("self",)).filter(pk=draft.pk).first()
    if found is None:
        raise NotFound
    return found


def put_back(draft: Draft) -> Draft:
    """Make a draft an open one again; what its author began meanwhile follows below it, so that nothing is lost."""
    other = queries.open_draft(draft.author, draft.ticket, draft.kind, locked=True)
    if other is not None and other.pk != draft.pk:
        draft.text = "\n\n".join(text for text in (draft.text, other.text) if text.strip())
        draft.uploads = [*draft.uploads, *other.uploads]
        draft.work = _both(draft.work, other.work)
        other.delete()
    draft.send_at, draft.is_scheduled, draft.approver = None, False, None
    draft.revision, draft.writer, draft.updated_at = draft.revision + 1, "", clock.now()
    draft.save()
    return draft


def _both(first: Mapping[str, str], second: Mapping[str, str]) -> dict[str, str]:
    """The minutes of two drafts that became one: both, when they are numbers."""
    minutes = whole_numbers(work.get("minutes", "") for work in (first, second))
    if len(minutes) == 2:
        return {**second, **first, "minutes": str(sum(minutes))}
    return dict(first if first.get("minutes") else second)


def _new(ticket: Ticket, by: Person, kind: str) -> Draft:
    if kind not in Kind.values:
        raise NotFound
    return Draft(ticket=ticket, author=by, kind=kind)


def _require_unmoved(draft: Draft, content: Content) -> None:
    is_own = bool(content.writer) and draft.writer == content.writer
    if draft.pk and draft.revision != content.revision and not is_own:
        raise Moved(draft)


def _written(draft: Draft, content: Content) -> Draft:
    text = clean(content.text)
    if len(text) > MAX_TEXT:
        raise Invalid(
            "text", _("This is too long: %(length)d characters of at most %(limit)d. Please attach it as a file.")
            % {"length": len(text), "limit": MAX_TEXT},
        )  # fmt: skip
    if draft.text != text:
        _require_unmoved(draft, content)
    draft.text, draft.uploads = text, list(content.uploads)
    draft.to, draft.cc = clean_line(content.to, MAX_RECIPIENTS), clean_line(content.cc, MAX_RECIPIENTS)
    draft.code, draft.writer, draft.stopped = content.code[:16], content.writer[:36], ""
    draft.revision, draft.updated_at = draft.revision + 1, clock.now()
    if content.work is not None:
        draft.work = dict(content.work)
    if content.partner is not None:
        _write_partner(draft, content.partner)
    try:
        with transaction.atomic():
            draft.save()
    except IntegrityError as error:  # another page made one at the same moment
        raise Moved(queries.open_draft(draft.author, draft.ticket, draft.kind)) from error
    return draft


def _write_partner(draft: Draft, partner: ForPartner) -> None:
    known = Supplier.objects.filter(pk=partner.supplier or 0, is_active=True).exclude(email="").first()
    draft.supplier, draft.waits, draft.reference = known, partner.waits, clean_line(partner.reference, 80)
    draft.quoted, draft.attached = list(partner.quoted), list(partner.attached)
