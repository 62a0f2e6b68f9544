"""The builder: steps written by forms alone, faults named on the page, a picture, and publishing."""

import io
import re
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from olmo.guides.models import Guide, Picture
from olmo.kernel import clock
from olmo.people import signin
from tests.cast import DeskTest


class Building(DeskTest):
    def setUp(self) -> None:
        super().setUp()
        self.client.force_login(self.ines, backend=signin.BACKEND)

    def begun(self) -> Guide:
        self.client.post(
            reverse("desk:troubleshooter_new"), {"name_en": "Mouse", "is_active": "on", "is_for_requesters": "on"}
        )
        return Guide.objects.get()

    def step(self, guide: Guide, key: str) -> str:
        return reverse("desk:troubleshooter_step", args=[guide.pk, key])

    def test_a_tree_is_built_and_published_by_forms_alone(self) -> None:
        guide = self.begun()
        asked = {
            "kind": "question", "title_en": "Dead?", "answer_0_en": "Yes", "answer_0_to": "+",
            "answer_1_en": "No", "answer_1_to": "+",
        }  # fmt: skip
        self.assertEqual(self.client.post(self.step(guide, "1"), asked).status_code, 303)
        page = self.client.get(reverse("desk:troubleshooter", args=[guide.pk]))
        self.assertContains(page, "Nothing leads on from here", count=2)
        publication = reverse("desk:troubleshooter_publication", args=[guide.pk])
        self.assertContains(self.client.post(publication), "Not published.", status_code=422)
        for key in ("2", "3"):
            ended = {"kind": "outcome", "title_en": f"End {key}", "outcome": "report"}
            self.client.post(self.step(guide, key), ended)
        self.assertEqual(self.client.post(publication).status_code, 303)
        guide.refresh_from_db()
        self.assertIsNotNone(guide.shown)

    def test_a_refusal_names_the_field_and_keeps_what_was_typed(self) -> None:
        guide = self.begun()
        svg = SimpleUploadedFile("x.png", b"<svg><script>alert(1)</script></svg>", "image/png")
        page = self.client.post(self.step(guide, "1"), {"kind": "picture", "title_en": "Look here", "file": svg})
        self.assertContains(page, "This is no picture", status_code=422)
        self.assertContains(page, "Look here", status_code=422)
        page = self.client.post(self.step(guide, "1"), {"kind": "question", "title_en": "Mine", "seen": "other"})
        self.assertContains(page, "Somebody changed this while", status_code=409)
        self.assertContains(page, "Mine", status_code=409)

    def test_two_at_its_settings_are_told_and_what_was_typed_stays(self) -> None:
        guide = self.begun()
        address = reverse("desk:troubleshooter_settings", args=[guide.pk])
        given = {"name_en": "Trackball", "is_active": "on", "seen": self.hidden(self.client.get(address), "seen")}
        self.client.post(address, {"name_en": "Mice", "is_active": "on"})
        page = self.client.post(address, given)
        self.assertContains(page, 'value="Trackball"', status_code=409)
        self.client.post(address, {**given, "seen": self.hidden(page, "seen")})
        guide.refresh_from_db()
        self.assertEqual(str(guide), "Trackball")

    def test_a_chosen_picture_waits_for_a_step_that_was_refused_and_is_forgotten_when_none_comes(self) -> None:
        guide, day = self.begun(), timedelta(days=1, minutes=1)
        given = {"kind": "picture", "title_en": "Look here", "seen": "other"}
        page = self.client.post(self.step(guide, "1"), {**given, "file": self.picture()})
        kept = Picture.objects.get()
        self.assertContains(page, reverse("desk:troubleshooter_picture", args=[kept.pk]), status_code=409)
        again = {**given, **{name: self.hidden(page, name) for name in ("picture", "seen")}}
        self.assertEqual(self.client.post(self.step(guide, "1"), again).status_code, 303)
        guide.refresh_from_db()
        self.assertEqual(guide.draft["nodes"]["1"]["picture"], kept.pk)
        Picture.objects.update(at=clock.now() - day)
        for _time in range(2):
            self.client.post(self.step(guide, "1"), {**given, "file": self.picture()})
            Picture.objects.exclude(pk=kept.pk).update(at=clock.now() - day)
        self.assertEqual(Picture.objects.count(), 2)
        self.client.post(self.step(guide, "1"), {"kind": "riddle", "title_en": "Look", "file": self.picture()})
        self.assertEqual(set(Picture.objects.values_list("pk", flat=True)), {kept.pk, Picture.objects.latest("pk").pk})

    @staticmethod
    def hidden(page: Any, name: str) -> str:
        found = re.search(f'name="{name}" value="([^"]+)"', page.content.decode())
        assert found is not None
        return found[1]

    @staticmethod
    def picture() -> SimpleUploadedFile:
        out = io.BytesIO()
        Image.new("RGB", (4, 4), "red").save(out, "PNG")
        return SimpleUploadedFile("x.png", out.getvalue(), "image/png")

    def test_a_step_is_taken_out_but_not_the_first(self) -> None:
        guide = self.begun()
        self.client.post(
            self.step(guide, "1"), {"kind": "question", "title_en": "Q", "answer_0_en": "Yes", "answer_0_to": "+"}
        )
        for key in ("1", "2"):
            self.client.post(reverse("desk:troubleshooter_step_removal", args=[guide.pk, key]))
        guide.refresh_from_db()
        self.assertEqual(list(guide.draft["nodes"]), ["1"])
        self.assertContains(self.client.get(reverse("desk:troubleshooter", args=[guide.pk])), "leads nowhere")

    def test_examples_come_in_and_agents_read_but_do_not_build(self) -> None:
        self.client.post(reverse("desk:troubleshooter_example", args=["network"]))
        guide = Guide.objects.get()
        self.client.force_login(self.alma, backend=signin.BACKEND)
        self.assertContains(self.client.get(reverse("desk:troubleshooter", args=[guide.pk])), "Where are you?")
        for address in (self.step(guide, "1"), reverse("desk:troubleshooter_new")):
            self.assertEqual(self.client.get(address).status_code, 404)
        self.assertEqual(self.client.post(reverse("desk:troubleshooter_publication", args=[guide.pk])).status_code, 404)
