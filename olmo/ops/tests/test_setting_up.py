"""The first run: the set-up page behind its link, and `createadmin`."""

import io
import os
from unittest import mock

from django.urls import reverse

from olmo.kernel.config import current
from olmo.kernel.testing import CommittingTest
from olmo.ops import createadmin, firstrun
from olmo.ops.problems import Problem
from olmo.people.models import Person, Team
from olmo.tenancy.models import Client, Provider
from olmo.tenancy.scope import EVERY_CLIENT, scope

GIVEN = {
    "provider": "Quercia IT", "address": "help@quercia.example", "client": "Own staff", "language": "it",
    "time_zone": "Europe/Rome", "name": "Ines Rota", "email": "ines@quercia.example",
    "password": "four words in a row", "again": "four words in a row",
}  # fmt: skip


class SettingUp(CommittingTest):
    def setUp(self) -> None:
        current().secrets_dir.mkdir(exist_ok=True)
        link = firstrun.setup_link()
        assert link is not None
        self.path = link.removeprefix(current().base_url)

    def test_it_founds_the_desk_and_signs_the_administrator_in(self) -> None:
        self.assertContains(self.client.get(self.path), "Set Olmo up")
        answer = self.client.post(self.path, GIVEN)
        self.assertEqual((answer.status_code, answer["Location"]), (303, "/desk/"))
        with scope(EVERY_CLIENT):
            ines = Person.objects.get(email="ines@quercia.example")
            provider, client, team = Provider.objects.get(), Client.objects.get(), Team.objects.get()
            self.assertEqual(list(team.members.all()), [ines])
        self.assertEqual(self.client.session["_auth_user_id"], str(ines.pk))
        self.assertEqual((ines.is_administrator, ines.language, ines.time_zone), (True, "it", "Europe/Rome"))
        self.assertEqual((provider.name, provider.address), ("Quercia IT", "help@quercia.example"))
        self.assertEqual((client.name, client.language, client.takes_strangers), ("Own staff", "it", True))

    def test_the_link_works_once(self) -> None:
        self.client.post(self.path, GIVEN)
        self.assertEqual(self.client.get(self.path).status_code, 404)
        self.assertEqual(self.client.post(self.path, GIVEN | {"email": "evil@x.example"}).status_code, 404)

    def test_a_wrong_link_is_no_page(self) -> None:
        for path in (reverse("ops:set_up", args=["wrong"]), reverse("ops:set_up", args=["x" * 3000])):
            self.assertEqual(self.client.get(path).status_code, 404)
        self.assertEqual(self.client.post(reverse("ops:set_up", args=["wrong"]), GIVEN).status_code, 404)
        with scope(EVERY_CLIENT):
            self.assertFalse(Provider.objects.exists())

    def test_an_old_link_is_no_page(self) -> None:
        os.utime(current().secrets_dir / firstrun.FILE, (1, 1))
        self.assertEqual(self.client.get(self.path).status_code, 404)

    def test_what_is_wrong_is_named_and_nothing_is_lost_or_half_done(self) -> None:
        for field, wrong, why in (
            ("provider", " ", "This field is required"), ("address", "help at quercia", "is not an e-mail address"),
            ("email", "ines", "is not an e-mail address"), ("again", "other words", "are not the same"),
            ("password", "1234567890", "too common"), ("time_zone", "Mars/Olympus", "not one of the available"),
        ):  # fmt: skip
            answer = self.client.post(self.path, GIVEN | {field: wrong})
            self.assertContains(answer, why, status_code=422)
            self.assertContains(answer, "Ines Rota", status_code=422)
            self.assertNotContains(answer, "four words in a row", status_code=422)
            with scope(EVERY_CLIENT):
                self.assertFalse(Provider.objects.exists() or Person.objects.exists() or Client.objects.exists(), field)
        self.assertEqual(self.client.post(self.path, GIVEN).status_code, 303)


class CreatingAnAdministrator(CommittingTest):
    NEW = (
        "--provider", "Quercia IT", "--desk-address", "help@quercia.example", "--name", "Ines Rota", "--email",
        "ines@quercia.example",
    )  # fmt: skip

    def create(self, *options: str, password: str = "four words in a row\n") -> str:
        with (
            mock.patch("sys.stdin", io.StringIO(password)),
            mock.patch("sys.stdout", io.StringIO()) as said,
        ):
            createadmin.main(options)
        return said.getvalue()

    def test_on_a_new_olmo_it_founds_the_desk(self) -> None:
        current().secrets_dir.mkdir(exist_ok=True)
        self.assertIn(
            "Ines Rota <ines@quercia.example> is an administrator", self.create(*self.NEW, "--password-stdin")
        )
        signed_in = self.client.post(
            reverse("people:sign_in"), {"address": "ines@quercia.example", "password": "four words in a row"}
        )
        self.assertEqual(signed_in.status_code, 303)
        self.assertIsNone(firstrun.setup_link())

    def test_later_it_adds_another_one(self) -> None:
        self.create(*self.NEW, "--password-stdin")
        self.create("--name", "Otto Berg", "--email", "otto@quercia.example", "--no-password")
        with scope(EVERY_CLIENT):
            self.assertEqual(Person.objects.filter(is_administrator=True).count(), 2)
            self.assertEqual(Team.objects.get().members.count(), 2)

    def test_what_is_missing_or_wrong_is_one_line(self) -> None:
        for options, why in (
            (self.NEW, "--password-stdin or --no-password"),
            ((*self.NEW[:-2], "--no-password"), "--email is missing"),
            ((*self.NEW[:-1], "ines", "--no-password"), "is not an e-mail address"),
            ((*self.NEW, "--time-zone", "Mars/Olympus", "--no-password"), "Mars/Olympus is not a time zone"),
        ):
            with self.assertRaises(Problem) as refused:
                self.create(*options)
            self.assertIn(why, str(refused.exception))
        with self.assertRaises(Problem) as refused:
            self.create(*self.NEW, "--password-stdin", password="password1234\n")
        self.assertIn("too common", str(refused.exception))
        with scope(EVERY_CLIENT):
            self.assertFalse(Provider.objects.exists())
