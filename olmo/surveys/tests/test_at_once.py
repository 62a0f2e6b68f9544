"""A rating and whatever else touches its invitation at the same moment: nobody waits for ever, and one answer is kept."""

import time
from typing import Any
from unittest.mock import patch

from olmo.kernel import clock
from olmo.notifications.surveys import ask_due
from olmo.surveys import asking, links, queries, rating
from olmo.surveys.administration import RulesSettings, save_rules
from olmo.surveys.models import Invitation, Rating
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets import actions
from olmo.tickets.models import Ticket
from tests.at_once import AtOnce
from tests.cast import Cast, assemble


def slowly(*given: Any) -> Rating | None:
    """Look for a rating while the ticket is locked, so slowly that the other one comes as far as it can."""
    time.sleep(0.4)
    return queries.rating_of(*given)


class AtTheSameMoment(Cast, AtOnce):
    def setUp(self) -> None:
        super().setUp()
        assemble(self)
        with scope(EVERY_CLIENT):
            message = actions.NewMessage(text="Help")
            self.ticket = actions.open_ticket(
                by=self.rui, requester=self.rui, client=self.acme, subject="VPN", message=message
            )
            save_rules(RulesSettings(is_on=True, every_days=0, moment="later", hours=1), by=self.ines)
            event = actions.resolve(self.ticket, by=self.alma, code="fixed", note="New profile.")
            found = asking.consider(self.ticket, event)
            assert found is not None
            self.invitation = found
            Invitation.objects.filter(pk=found.pk).update(due_at=clock.now())

    def in_the_portal(self) -> None:
        rating.rate(Ticket.objects.get(pk=self.ticket.pk), by=self.rui, score=2)

    def by_the_link(self) -> None:
        time.sleep(0.1)
        rating.answer(links.token(self.invitation, 5), score=5)

    def by_mail(self) -> None:
        time.sleep(0.1)
        ask_due()

    def test_the_portal_and_the_link_keep_one_answer(self) -> None:
        with patch.object(rating, "rating_of", slowly):
            self.together(self.in_the_portal, self.by_the_link)
        with scope(EVERY_CLIENT):
            self.assertEqual(Rating.objects.get().score, 2)

    def test_the_question_is_not_mailed_to_whom_just_answered(self) -> None:
        with patch.object(rating, "rating_of", slowly):
            self.together(self.in_the_portal, self.by_mail)
        with scope(EVERY_CLIENT):
            self.assertEqual((Rating.objects.get().score, Invitation.objects.get().state), (2, "answered"))
