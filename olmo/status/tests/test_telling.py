"""Telling of incidents, planned work and announcements: who may, what is refused, who sees it where."""

from datetime import datetime, timedelta
from typing import Any

from olmo.escalation import major
from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid, NotAllowed
from olmo.kernel.prepared import rows
from olmo.people.models import AuditLine
from olmo.status import actions, administration, queries
from olmo.status.models import Happening, State, Update
from olmo.tenancy.scope import scope
from tests.cast import DeskTest


class StatusTest(DeskTest):
    def settings(self, kind: str = "announcement", **more: Any) -> actions.Settings:
        known: dict[str, Any] = {"title_en": "The office is closed", "begins_at": clock.now(), **more}
        return actions.Settings(kind=kind, **known)

    def tell(self, kind: str = "announcement", **more: Any) -> Happening:
        return actions.tell(self.settings(kind, **more), by=self.ines, text_en="On Friday.", text_it="Venerdì.")

    def titles(self, client: Any) -> list[str]:
        return [banner.title for banner in queries.banners(client.pk if client else None)]

    def heads(self, person: Any, teams: list[int]) -> list[str]:
        text, values = queries.at_desk(person, teams)
        return [banner.title for banner in queries.banners_of(rows(f"select {text}", values)[0][0])]


class Telling(StatusTest):
    def test_it_stands_at_the_head_of_pages_from_until(self) -> None:
        with self.at("2026-03-02 09:00"):
            later = clock.now() + timedelta(hours=2)
            self.tell(begins_at=later, ends_at=later + timedelta(hours=1))
            self.assertEqual(self.titles(self.acme), [])
        for moment, titles in (("11:30", ["The office is closed"]), ("12:30", [])):
            with self.at(f"2026-03-02 {moment}"):
                self.assertEqual(self.titles(self.acme), titles)

    def test_planned_work_stands_there_from_a_day_before(self) -> None:
        with self.at("2026-03-02 09:00"):
            start = clock.now() + timedelta(days=2)
            self.tell("planned", begins_at=start, ends_at=start + timedelta(hours=1))
            self.assertEqual(self.titles(self.acme), [])
        with self.at("2026-03-03 10:00"):
            self.assertEqual(self.titles(self.acme), ["The office is closed"])

    def test_an_organisation_s_is_seen_by_it_alone(self) -> None:
        self.tell(clients=[self.acme.pk])
        self.assertEqual([self.titles(of) for of in (self.acme, self.bolt, None)], [["The office is closed"], [], []])
        with scope([self.bolt.pk]):
            self.assertEqual((Happening.objects.count(), Update.objects.count()), (0, 0))

    def test_a_team_s_is_seen_by_its_agents_alone(self) -> None:
        now = datetime.now().astimezone() - timedelta(minutes=1)
        self.tell(in_portal=False, in_desk=True, team=self.network, begins_at=now)
        self.assertEqual(self.titles(self.acme), [])
        self.assertEqual(self.heads(self.tove, [self.network.pk]), ["The office is closed"])
        self.assertEqual(self.heads(self.alma, []), [])

    def test_the_desk_lists_a_team_s_for_its_agents_whoever_leads_it_and_administrators(self) -> None:
        row = self.tell(in_portal=False, in_desk=True, team=self.network)
        self.network.leads.add(self.otto)
        seen = [person for person in self.agents() if queries.visible_to(person).filter(pk=row.pk).exists()]
        self.assertEqual(seen, [self.tove, self.otto, self.ines])

    def agents(self) -> list[Any]:
        return [self.alma, self.tove, self.otto, self.ines]

    def test_what_is_written_ahead_is_told_from_its_beginning_and_planned_work_before(self) -> None:
        with self.at("2026-03-02 09:00"):
            later = clock.now() + timedelta(hours=2)
            rows = [self.tell(begins_at=later), self.tell("incident", begins_at=later)]
            given_up = self.tell(begins_at=later)
            actions.update(given_up, by=self.ines, state="ended", text_en="Not after all.")
            work = self.tell("planned", begins_at=later, ends_at=later + timedelta(hours=1))
            self.assertEqual(list(queries.concerning(None)), [work])
            self.assertEqual([one.happening for one in queries.told(self.acme.pk)], [work])
            self.assertFalse(queries.visible_to(self.rui).filter(pk=rows[0].pk).exists())
            self.assertTrue(queries.visible_to(self.alma).filter(pk=rows[0].pk).exists())
        with self.at("2026-03-02 11:01"):
            self.assertEqual({*queries.concerning(None)}, {work, *rows})

    def test_what_cannot_be_is_refused_with_the_field(self) -> None:
        now = clock.now()
        wrong: list[tuple[str, dict[str, Any]]] = [
            ("ends_at", {"ends_at": now - timedelta(minutes=1), "begins_at": now}),
            ("ends_at", {"kind": "planned"}),
            ("title_en", {"title_en": "  "}),
            ("in_portal", {"in_portal": False}),
            ("team", {"team": self.network, "in_desk": True}),
            ("team", {"team": self.network, "in_desk": True, "in_portal": False, "clients": [self.acme.pk]}),
            ("kind", {"kind": "rumour"}),
        ]
        for field, more in wrong:
            with self.subTest(**more), self.assertRaises(Invalid) as refused:
                self.tell(**{"kind": "announcement", **more})
            self.assertEqual(refused.exception.field, field)
        with self.assertRaises(Invalid):
            actions.tell(self.settings(), by=self.ines)
        self.assertEqual(Happening.objects.count(), 0)

    def test_leads_and_administrators_tell_and_for_their_organisations_only(self) -> None:
        with self.assertRaises(NotAllowed):
            actions.tell(self.settings(), by=self.alma, text_en="x")
        self.network.leads.add(self.otto)
        for clients in ([], [self.acme.pk], [self.acme.pk, self.bolt.pk]):
            with self.assertRaises(Invalid):
                actions.tell(self.settings(clients=clients), by=self.otto, text_en="x")
        of_theirs: dict[str, Any] = {"in_portal": False, "in_desk": True}
        with self.assertRaises(Invalid) as refused:
            actions.tell(self.settings(team=self.desk, **of_theirs), by=self.otto, text_en="x")
        self.assertEqual(refused.exception.field, "team")
        own = actions.tell(self.settings(team=self.network, **of_theirs), by=self.otto, text_en="x")
        actions.change(own, self.settings(team=self.network, title_en="Until noon", **of_theirs), by=self.otto)
        actions.update(own, by=self.otto, state="ended", text_en="Over.")
        mine = actions.tell(self.settings(clients=[self.bolt.pk]), by=self.otto, text_en="x")
        actions.update(mine, by=self.otto, state="ended", text_en="Over.")
        everybody = self.tell()
        with self.assertRaises(NotAllowed):
            actions.update(everybody, by=self.otto, state="ended", text_en="Over.")
        told = [
            line.change
            for line in AuditLine.objects.filter(subject__startswith="status: ", by=self.otto).order_by("pk")
        ]
        self.assertEqual([told[0]["team"], told[2]["clients"]], [[None, "Network"], [None, ["Bolt Logistics"]]])
        self.assertEqual(set(told[1]), {"title_en", "begins_at"}, "what stays is not told")

    def test_updates_are_added_and_the_last_one_ends_it(self) -> None:
        row = self.tell("incident", level="fault")
        actions.update(row, by=self.ines, state="found", text_en="A cable.")
        self.assertEqual([banner.text for banner in queries.banners(self.acme.pk)], ["A cable."])
        with self.assertRaises(Invalid):
            actions.update(row, by=self.ines, state="begun", text_en="x")
        actions.update(row, by=self.ines, state="resolved", text_en="Mended.")
        self.assertEqual(self.titles(self.acme), [])
        for verb in (
            lambda: actions.update(row, by=self.ines, state="found", text_en="x"),
            lambda: actions.change(row, self.settings("incident"), by=self.ines),
        ):
            with self.assertRaises(Conflict):
                verb()

    def test_two_at_one_form_are_told(self) -> None:
        row = self.tell()
        with self.assertRaises(Conflict):
            actions.change(row, self.settings(), by=self.ines, seen="what it was")


class Majors(StatusTest):
    def test_a_major_incident_is_shown_the_same_way_until_it_ends(self) -> None:
        ticket = self.report("Mail is down")
        major.declare(ticket, by=self.ines, text_en="Mail is down for all.", clients=[self.acme])
        self.assertEqual([b.text for b in queries.banners(self.acme.pk)], ["Mail is down for all."])
        self.assertEqual(queries.banners(self.bolt.pk), [])
        major.update(ticket, by=self.ines, text_en="Back at noon.")
        self.assertEqual([b.text for b in queries.banners(self.acme.pk)], ["Back at noon."])
        row = Happening.objects.get(ticket=ticket)
        with self.assertRaises(Conflict):
            actions.update(row, by=self.ines, state="resolved", text_en="x")
        major.resolve(ticket, by=self.ines, code="fixed", text_en="It works again.")
        self.assertEqual(queries.banners(self.acme.pk), [])
        told = list(Update.objects.filter(happening=row).order_by("pk").values_list("state", "text_en"))
        said = [
            (State.LOOKING, "Mail is down for all."),
            (State.LOOKING, "Back at noon."),
            (State.RESOLVED, "It works again."),
        ]
        self.assertEqual(told, said)

    def test_declared_again_it_goes_on_as_one(self) -> None:
        ticket = self.report("Mail is down")
        major.declare(ticket, by=self.ines, text_en="Down.")
        major.stand_down(ticket, by=self.ines, reason="One mailbox only.")
        major.declare(ticket, by=self.ines, text_en="Down after all.")
        self.assertEqual([b.text for b in queries.banners(self.acme.pk)], ["Down after all."])
        self.assertEqual(Happening.objects.count(), 1)


class Components(StatusTest):
    def test_a_status_page_says_what_is_the_matter_with_each(self) -> None:
        mail, vpn = (
            administration.save_component(None, administration.ComponentSettings(name=name, names={}), by=self.ines)
            for name in ("Mail", "VPN")
        )
        own = administration.ComponentSettings(name="Press", names={"it": "Pressa"}, client=self.acme)
        administration.save_component(None, own, by=self.ines)
        row = self.tell("incident", level="warning", components=[mail.pk])
        found = queries.status(self.bolt.pk)
        self.assertEqual(
            [(str(how.component), how.level) for how in found.components], [("Mail", "warning"), ("VPN", "")]
        )
        self.assertEqual(len(queries.status(self.acme.pk).components), 3)
        self.assertEqual([one.pk for one in found.now], [row.pk])
        actions.update(row, by=self.ines, state="resolved", text_en="Mended.")
        found = queries.status(self.bolt.pk)
        self.assertEqual(([one.pk for one in found.past], found.components[0].level), ([row.pk], ""))
        self.assertEqual(found.components[0].days[-1][1], "warning")
        with self.assertRaises(Conflict):
            administration.remove_component(mail, by=self.ines)
        administration.remove_component(vpn, by=self.ines)
        with self.assertRaises(Invalid) as refused:
            administration.save_component(None, administration.ComponentSettings(name="Mail", names={}), by=self.ines)
        self.assertEqual(refused.exception.field, "name")
        with self.assertRaises(NotAllowed):
            administration.save_component(None, own, by=self.alma)
