"""A request form while it is filled in: what was typed is read, what is asked follows, and nothing typed is ever lost.

The same for requesters and for agents who order for somebody: a page shows `Filling` and asks it what to do next.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from olmo.catalogue import answering, definition, queries
from olmo.catalogue.definition import FieldKind, Form
from olmo.catalogue.forms import PREFIX, AnswersForm, answers_of, first_answers, labels
from olmo.catalogue.models import FormVersion, Item
from olmo.kernel.errors import NotFound, OlmoError, Words
from olmo.kernel.text import whole_number
from olmo.people.models import Person
from olmo.tenancy.models import Client
from olmo.tickets.models import Attachment

from . import once
from .models import Answers
from .queries import as_typed, known, known_of, offered, recipient
from .wanted import Wanted

type Fill = Callable[[Form], Mapping[str, Any]]
type Keep = Callable[["UploadedFile[Any]"], Attachment]


@dataclass(frozen=True, kw_only=True)
class Page:
    """Who fills in what: by whom, for whom at first, where scripts ask anew, how a file is kept until it is sent.

    before: the answers that are being changed.
    """

    item: Item
    by: Person
    asker: Person
    client: Client
    url: str
    keep: Keep
    before: Answers | None = None


@dataclass
class Filling:
    """What a page shows. wanted: what to order, when all is right; notice: a sentence above the form; status: of the answer;
    mark: of this page, kept when it is shown again; about: for whom it was said that answers are about somebody else.
    """

    version: FormVersion
    form: AnswersForm
    address: str = ""
    wrong_recipient: str = ""
    notice: Words = ""
    differences: list[Words] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    wanted: Wanted | None = None
    status: int = 200
    mark: str = field(default_factory=once.mark)
    about: str = ""

    @property
    def wrong(self) -> list[tuple[str, str, str]]:
        """What is wrong: the place on the page, what is asked there, and why."""
        found = [("id_recipient", _("For whom"), self.wrong_recipient)] if self.wrong_recipient else []
        return found + [
            (f"id_{name}-field", str(self.form[name].label), reason) for name, reason in self.form.wrong.items()
        ]


def begin(
    page: Page, answers: Mapping[str, Any] | None = None, *, recipient: Person | None = None, fill: Fill | None = None
) -> Filling:
    """The form at first, with what is known of the person and elsewhere (`fill`), or what was answered before.

    Raises NotFound (no form in force).
    """
    version = _in_force(page.item)
    form = definition.read(version.content)
    first = as_typed(form, answers) if answers is not None else first_answers(form, known_of(page.asker))
    first |= fill(form) if fill else {}
    whom = recipient.email if recipient is not None and recipient.pk != page.asker.pk else ""
    return Filling(version, _drawn(form, first, page), whom or "", about=(whom or "").casefold())


def go_on(page: Page, post: QueryDict, files: MultiValueDict[str, Any]) -> Filling:
    """The form after a press. What was filled in on a version that is taken no more is shown again in the one in force."""
    version = _filled(page.item, post.get("version", ""))
    form, in_force = definition.read(version.content), _in_force(page.item)
    typed = answers_of(form, post)
    wrong = _take_files(form, typed, files, page)
    if not queries.is_still_taken(version):
        return _replaced(page, form, in_force, typed)
    found = Filling(version, _drawn(form, typed, page, more_rows=post.get("act") == "rows"), post.get("recipient", ""))
    found.mark = post.get("mark", "")[: once.LONGEST] or found.mark
    found.about = post.get("about", "")[:254]
    if post.get("act") in ("look", "rows"):
        return found
    return _judged(found, form, typed, wrong, page, set(post.get("asked", "").split()))


def _judged(
    found: Filling, form: Form, typed: dict[str, Any], wrong: dict[str, str], page: Page, before: set[str]
) -> Filling:
    whom = _whom(found, page)
    result = answering.check(form, typed, known(page.client.pk, page.by, page.before))
    result.wrong |= wrong
    fresh = {one.key for one in form.questions} & answering.asked(form, typed) - before
    if fresh:  # without scripts, what follows from the answers is asked in a second step
        wrong = {key: reason for key, reason in result.wrong.items() if key not in fresh}
        words = _("More is asked with these answers: %(names)s.") % {"names": ", ".join(labels(form, sorted(fresh)))}
        found.notice, found.status = words, 422
        found.form = _drawn(form, typed, page, wrong=wrong)
        return found
    if result.wrong or whom is None:
        found.form, found.status = _drawn(form, typed, page, wrong=result.wrong), 422
        return found
    if own := _about_asker(found, form, whom, page):
        words = _("It is for %(name)s, but these answers are about you: %(names)s. Change them, or send it as it is.")
        found.notice, found.status = words % {"name": whom.name, "names": ", ".join(own)}, 422
        return found
    uploads = [pk for one in form.questions if one.kind == FieldKind.FILE for pk in result.values.get(one.key, ())]
    found.dropped = result.dropped
    found.wanted = Wanted(version=found.version, values=result.values, recipient=whom, uploads=uploads, mark=found.mark)
    return found


def _about_asker(found: Filling, form: Form, whom: Person, page: Page) -> list[str]:
    """The questions that were filled in with what is known of who asks, though it is for somebody else: told once for each."""
    if whom.pk == page.asker.pk or found.about == found.address.strip().casefold():
        return []
    known, found.about = known_of(page.asker), found.address.strip().casefold()
    answers, shown = found.form.answers, found.form.shown
    own = [one for one in form.questions if one.source and one.key in shown and answers.get(one.key)]
    return [str(one) for one in own if answers[one.key] == known.get(one.source)]


def _whom(found: Filling, page: Page) -> Person | None:
    if not found.address.strip():
        return page.asker
    try:
        return recipient(page.by, page.client, found.address)
    except OlmoError as refusal:
        found.wrong_recipient = str(refusal.message)
        return None


def _replaced(page: Page, old: Form, in_force: FormVersion, typed: dict[str, Any]) -> Filling:
    new = definition.read(in_force.content)
    kept = {key: value for key, value in typed.items() if new.field(key) is not None}
    found = Filling(in_force, _drawn(new, kept, page), status=409)
    found.notice = _("This form was replaced while you were filling it in. Nothing was sent: please look at it again.")
    found.differences = definition.differences(old, new)
    lost = [f"{one}: {_shown(typed[one.key])}" for one in old.questions if one.key in typed and one.key not in kept]
    if lost:
        found.differences.append(_("What you had typed there: %(words)s") % {"words": "; ".join(lost)})
    return found


def _shown(value: Any) -> str:
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)


def _drawn(form: Form, answers: Mapping[str, Any], page: Page, **more: Any) -> AnswersForm:
    drawn = AnswersForm(form, answers, follow_url=page.url, offered=offered(form, page.by, page.asker), **more)
    for one in form.questions:
        if one.kind == FieldKind.FILE and one.key in drawn.shown:
            ids = [int(pk) for pk in answers.get(one.key, ()) if str(pk).isdecimal()]
            rows = Attachment.objects.filter(pk__in=known(page.client.pk, page.by, page.before).files(ids))
            drawn.initial[PREFIX + one.key] = [{"id": row.pk, "name": row.name, "size": row.size} for row in rows]
    return drawn


def _take_files(form: Form, typed: dict[str, Any], files: MultiValueDict[str, Any], page: Page) -> dict[str, str]:
    """Keep files that came with the form, as drafts; those that cannot be kept are told at their question."""
    wrong: dict[str, str] = {}
    for one in form.questions:
        if one.kind != FieldKind.FILE:
            continue
        for file in files.getlist(f"{PREFIX}{one.key}-new"):
            try:
                typed.setdefault(one.key, []).append(str(page.keep(file).pk))
            except OlmoError as refusal:
                wrong[one.key] = f"{file.name}: {refusal.message}"
    return wrong


def _in_force(item: Item) -> FormVersion:
    version = queries.form_in_force(item)
    if version is None:
        raise NotFound
    return version


def _filled(item: Item, typed: str) -> FormVersion:
    """The version that a page says it shows; without one the form in force."""
    if whole_number(typed) is None:
        return _in_force(item)
    found = FormVersion.objects.select_related("item__service").filter(item=item, pk=int(typed)).first()
    if found is None:
        raise NotFound
    return found
