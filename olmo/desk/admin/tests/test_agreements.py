"""Agreements: terms, what an amendment would change, and what was known when."""

from typing import Any
from unittest.mock import patch

from olmo.kernel.errors import NotAllowed
from olmo.service_levels import actions, rehearsal
from olmo.service_levels.models import Agreement, Clock, Terms
from olmo.tickets import suppliers

from .base import AdminTest

OFFICE: dict[str, Any] = {
    "zone": "UTC",
    "hours": {day: [["08:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
}


class LookingAfterAgreements(AdminTest):
    def setUp(self) -> None:
        super().setUp()
        actions.set_calendar("Office", OFFICE, by=self.ines)
        actions.set_calendar("Always", {"zone": "UTC", "hours": {"mon": [["00:00", "24:00"]]}}, by=self.ines)
        self.save("agreements/new", name="Acme gold", client=self.acme.pk)
        self.gold = Agreement.objects.get()

    def terms(self, **more: Any) -> dict[str, Any]:
        first = {
            "version": "1", "valid_from": "2026-01-01T00:00", "reason": "Signed", "calendar": "Office",
            "pauses": ["requester"], "target_3_resolution": "4 h",
        }  # fmt: skip
        return {**first, **more}

    def amend(self, **more: Any) -> Any:
        return self.save(f"agreements/{self.gold.pk}", **self.terms(**more))

    def test_terms_come_into_force_and_the_form_begins_with_them(self) -> None:
        self.assertEqual(self.amend(target_3_first_response="1 h 30 m @ Always").status, 303)
        content = Terms.objects.get().content
        self.assertEqual(content["targets"]["3"]["resolution"], 240)
        self.assertEqual(content["targets"]["3"]["first_response"], {"minutes": 90, "calendar": "Always"})
        self.assertIsNone(content["targets"]["1"]["resolution"])
        shown = self.form(f"agreements/{self.gold.pk}")
        self.assertEqual(shown["target_3_first_response"], "1 h 30 m @ Always")

    def test_a_target_that_nothing_pauses_is_marked_and_can_be_unmarked(self) -> None:
        self.amend(target_1_resolution="4 h!@ Always", target_2_resolution="8 h !")
        kept = Terms.objects.get().content["targets"]
        self.assertEqual(kept["1"]["resolution"], {"minutes": 240, "calendar": "Always", "pauses": []})
        self.assertEqual(kept["2"]["resolution"], {"minutes": 480, "pauses": []})
        shown = self.form(f"agreements/{self.gold.pk}")
        self.assertEqual((shown["target_1_resolution"], shown["target_2_resolution"]), ("4 h ! @ Always", "8 h !"))
        self.amend(
            version="2", valid_from="2026-02-01T00:00", target_1_resolution="4 h @ Always", target_2_resolution="8 h"
        )
        kept = Terms.objects.get(version="2").content["targets"]
        self.assertEqual(kept["1"]["resolution"], {"minutes": 240, "calendar": "Always"})
        self.assertEqual(kept["2"]["resolution"], 480)
        self.assertIn("Write working time", self.amend(version="3", target_2_resolution="!").words(".terms__wrong")[0])

    def test_what_would_change_is_shown_and_nothing_is_saved(self) -> None:
        with self.at("2026-03-02 07:00"):
            self.amend()
        with self.at("2026-03-02 08:00"):
            ticket = self.report("VPN drops")
        with self.at("2026-03-02 08:30"):
            data = self.terms(
                version="2", valid_from="2026-03-02T08:30", is_for_running="on", target_3_resolution="2 h"
            )
            path = f"agreements/{self.gold.pk}"
            page = self.send(path, {**self.form(path, **data), "fill": "preview"})
            self.assertIn("1 open ticket would be due at another time", page.text)
            told = page.words(".rehearsal tbody tr")[0]
            self.assertIn("VPN drops", told)
            self.assertIn(str(ticket.number), told)
            self.assertEqual((Terms.objects.count(), Clock.objects.get(ticket=ticket).target_seconds), (1, 240 * 60))
            self.assertEqual(self.save(path, **data).status, 303)
        clock = Clock.objects.get(ticket=ticket)
        self.assertEqual(clock.target_seconds, 120 * 60)

    def test_what_was_not_computed_or_is_not_listed_is_said(self) -> None:
        with self.at("2026-03-02 07:00"):
            self.amend()
        with self.at("2026-03-02 08:00"):
            for _n in range(2):
                self.report("VPN drops")
        path = f"agreements/{self.gold.pk}"
        told = {"version": "2", "valid_from": "2026-03-02T08:30", "is_for_running": "on"}
        with self.at("2026-03-02 08:30"), patch.object(rehearsal, "MOST", 1), patch.object(rehearsal, "SHOWN", 1):
            page = self.send(path, {**self.form(path, **self.terms(**told)), "fill": "preview"})
            self.assertIn("None of the newest 500 open tickets", page.text)
        with self.at("2026-03-02 08:30"), patch.object(rehearsal, "SHOWN", 1):
            data = self.terms(**told, target_3_resolution="2 h")
            page = self.send(path, {**self.form(path, **data), "fill": "preview"})
        self.assertIn("The first 1 of 2 changes.", page.text)
        self.assertEqual(len(page.all(".rehearsal tbody tr")), 1)
        self.assertNotIn("500", page.words(".rehearsal")[0])

    def test_the_history_tells_what_was_known_when(self) -> None:
        with self.at("2026-03-01 00:00"):
            self.amend()
        with self.at("2026-03-05 00:00"):
            self.amend(version="2", valid_from="2026-03-10T00:00", reason="Renewed")
        page = self.look(f"agreements/{self.gold.pk}")
        self.assertEqual(sorted(page.words(".year tbody th")), ["1", "1", "2"])
        self.assertIn("Renewed", page.text)
        self.assertEqual(page.words(".year .badge"), [])
        with self.at("2026-03-12 00:00"):
            self.amend(version="2b", valid_from="2026-03-11T00:00", reason="Misread")
        self.assertEqual(self.look(f"agreements/{self.gold.pk}").words(".year th:has(.badge)"), ["2b Correction"])

    def test_agreements_with_teams_and_suppliers_have_their_own_party(self) -> None:
        supplier = suppliers.save(None, suppliers.SupplierSettings(name="Fiberlink"), by=self.ines)
        visit = self.save("agreements/new", name="Network", kind="ola")
        self.assertIn("is with a team", self.wrong(visit, "team"))
        self.assertEqual(self.save("agreements/new", name="Network", kind="ola", team=self.network.pk).status, 303)
        self.assertEqual(self.save("agreements/new", name="Carrier", kind="uc", supplier=supplier.pk).status, 303)
        self.assertEqual(self.save("agreements/new", name="Again", kind="ola", team=self.network.pk).status, 409)
        page = self.look("agreements")
        self.assertEqual(
            page.words("section h2"),
            ["Service level agreement", "Operational level agreement", "Underpinning contract"],
        )
        self.assertIn("Network Network no terms yet", page.words("tbody tr"))
        own = Agreement.objects.get(name="Network")
        self.assertIn(
            "Operational level agreement: Network", self.look(f"agreements/{own.pk}").text.replace("<bdi>", "")
        )

    def test_warning_levels_belong_to_the_terms(self) -> None:
        self.assertEqual(self.form(f"agreements/{self.gold.pk}")["warnings"], "75, 90")
        self.assertIn("whole percents", self.wrong(self.amend(warnings="75, 100"), "warnings"))
        self.amend(warnings="50 %, 150")
        self.assertEqual(Terms.objects.get().content["warnings"], [50, 150])
        self.assertEqual(self.form(f"agreements/{self.gold.pk}")["warnings"], "50, 150")

    def test_what_cannot_be_is_refused_at_its_field(self) -> None:
        self.assertIn("1 h 30 m", self.amend(target_3_resolution="soon").words(".terms__wrong")[0])
        self.assertIn("no calendar", self.amend(target_3_resolution="4 h @ Nowhere").words(".terms__wrong")[0])
        self.assertIn("history shows it", self.wrong(self.amend(reason=""), "reason"))
        self.assertFalse(Terms.objects.exists())
        self.assertEqual(self.save("agreements/new", name="Again", client=self.acme.pk).status, 409)

    def test_nobody_else_may(self) -> None:
        self.assertEqual(self.get(f"/desk/admin/agreements/{self.gold.pk}", by=self.alma).status, 404)
        with self.assertRaises(NotAllowed):
            actions.agree("Mine", by=self.alma, client=None)
