"""Notices about drafts: asked to approve, given back, not sent; each of a kind of its own that one may choose."""

from olmo.notifications.models import Alert, Preference
from olmo.notifications.reactions import tell
from olmo.people.models import Person
from olmo.tickets.models import Event
from olmo.writing import drafting, sending, sharing
from olmo.writing.drafting import Content
from olmo.writing.models import Draft
from tests.cast import DeskTest


class TellingOfDrafts(DeskTest):
    def setUp(self) -> None:
        super().setUp()
        self.ticket = self.report("VPN", assignee=None)
        draft = drafting.save(self.ticket, by=self.alma, kind="reply", content=Content(text="Is this right?"))
        assert draft is not None
        self.draft: Draft = draft

    def told(self, person: Person, kind: str) -> list[str]:
        for event in Event.objects.filter(ticket=self.ticket, kind=kind):
            tell(event)
        return list(Alert.objects.filter(person=person, event__kind=kind).values_list("why", flat=True))

    def test_who_is_asked_hears_it(self) -> None:
        sharing.ask(self.draft, by=self.alma, approver=self.tove)
        self.assertEqual(self.told(self.tove, "approval_asked"), ["approver"])

    def test_who_does_not_want_it_does_not(self) -> None:
        Preference.objects.create(person=self.tove, kind="approval", channel="page", is_on=False)
        sharing.ask(self.draft, by=self.alma, approver=self.tove)
        self.assertEqual(self.told(self.tove, "approval_asked"), [])

    def test_the_author_hears_that_it_comes_back(self) -> None:
        sharing.give_back(sharing.ask(self.draft, by=self.alma, approver=self.tove), by=self.tove, word="Shorter.")
        self.assertEqual(self.told(self.alma, "draft_returned"), ["drafter"])

    def test_the_author_hears_that_it_was_not_sent(self) -> None:
        sending._stop(self.draft, "Somebody wrote meanwhile.")
        self.assertEqual(self.told(self.alma, "send_stopped"), ["drafter"])
