"""A desk that asks, and what its tests look at."""

import re

from olmo.channels.tests.stage import do_jobs, envelopes
from olmo.surveys.administration import RulesSettings, save_rules
from olmo.surveys.models import Invitation, Rating
from olmo.tickets import actions
from olmo.tickets.models import Ticket
from tests.cast import DeskTest


class SurveyTest(DeskTest):
    """The desk asks in the mail of the solution, everybody, whenever something is solved."""

    def setUp(self) -> None:
        super().setUp()
        self.ask(every_days=0)

    def ask(self, **settings: object) -> None:
        save_rules(RulesSettings(**{"is_on": True, **settings}), by=self.ines)  # type: ignore[arg-type]

    def solved(self, subject: str = "VPN drops", code: str = "fixed", **more: object) -> Ticket:
        """A ticket of Rui's that Alma solved; who is to be told was told."""
        ticket = self.report(subject, **more)  # type: ignore[arg-type]
        actions.assign(ticket, by=self.alma, team=self.desk, assignee=self.alma)
        actions.resolve(ticket, by=self.alma, code=code, note="New profile.")
        do_jobs()
        return ticket

    def links(self, ticket: Ticket) -> list[str]:
        """The paths of the links that were mailed about a ticket, the best answer first."""
        mails = [mail for mail in envelopes() if f"#{ticket.number}]" in mail.subject and "/rating/" in mail.text]
        return (
            [re.sub(r"^https?://[^/]+", "", url) for url in re.findall(r"\S+/rating/\S+", mails[-1].text)]
            if mails
            else []
        )

    def ratings(self) -> list[tuple[int, str]]:
        return list(Rating.objects.order_by("pk").values_list("score", "comment"))

    def states(self, ticket: Ticket) -> list[str]:
        return list(Invitation.objects.filter(ticket=ticket).order_by("pk").values_list("state", flat=True))
