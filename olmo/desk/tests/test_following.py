"""The page on which an agent chooses what they are told of a ticket."""

from olmo.notifications.following import Level, level_of

from .base import PageTest


class MyNotices(PageTest):
    def test_the_panel_shows_the_level_and_changes_it(self) -> None:
        ticket = self.report("Printer")
        self.assertIn("As usual", self.get(self.url(ticket)).one('#panel [data-command="following"]').text())
        form = self.look_again(self.url(ticket, "following"))
        self.assertEqual(form.value("input[name=level]:checked"), "usual")
        visit = self.post(self.url(ticket, "following"), {"level": "mentioned", "seen": ticket.version})
        self.assertEqual((visit.status, level_of(self.alma, ticket)), (303, Level.MENTIONED))
        self.assertIn("Words to me", self.get(self.url(ticket)).one('#panel [data-command="following"]').text())
        self.assertIn("As usual", self.get(self.url(ticket), by=self.ines).one('[data-command="following"]').text())

    def test_the_menu_mutes_and_lets_hear_again(self) -> None:
        ticket = self.report("Printer")
        for word, level in (("Mute this ticket", Level.MUTED), ("Hear of it again", Level.USUAL)):
            menu = self.look_again(self.url(ticket, "more"))
            (button,) = [button for button in menu.all("button[name=level]") if word in button.text()]
            self.assertEqual(
                self.post(self.url(ticket, "following"), {"level": button.attributes["value"]}).status, 303
            )
            self.assertEqual(level_of(self.alma, ticket), level)

    def test_a_follower_is_not_muted_any_more(self) -> None:
        ticket = self.report("Printer")
        self.post(self.url(ticket, "following"), {"level": "muted"})
        self.post(self.url(ticket, "watchers"), {"person": str(self.alma.pk)})
        ticket.refresh_from_db()
        self.assertEqual(level_of(self.alma, ticket), Level.ALL)

    def test_nonsense_is_refused_and_another_client_s_ticket_unknown(self) -> None:
        ticket = self.report("Printer")
        self.assertEqual(self.post(self.url(ticket, "following"), {"level": "loud"}).status, 422)
        self.assertEqual(self.post(self.url(ticket, "following"), {"level": "muted"}, by=self.otto).status, 404)
