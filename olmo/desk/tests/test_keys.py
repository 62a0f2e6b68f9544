"""The keys of a person: changed, refused with the reason, switched off, given back."""

from olmo.desk.commands import COMMANDS
from olmo.desk.keys import shown, written

from .base import PageTest


class WritingAKey(PageTest):
    def test_what_people_type_is_kept_in_one_way(self) -> None:
        typed = {"ctrl+K": "Mod+k", " g  m ": "g m", "cmd+shift+e": "Mod+Shift+e", "Shift+r": "R", "f9": "F9", "+": "+"}
        for text, kept in typed.items():
            with self.subTest(text=text):
                self.assertEqual(written(text), kept)

    def test_what_is_no_key_is_refused_with_the_reason(self) -> None:
        for text, reason in {
            "rr": "is not a key", "a b c d": "three keys", "g Ctrl+m": "stand alone", "Ctrl+w": "belongs to the browser",
            "Enter": "has the focus", "hyper+x": "is not a key",
        }.items():  # fmt: skip
            with self.subTest(text=text), self.assertRaisesRegex(ValueError, reason):
                written(text)

    def test_a_key_is_shown_as_keyboards_print_it(self) -> None:
        self.assertEqual([shown(key) for key in ("g m", "Mod+k", "R", "")], ["G then M", "Ctrl+K", "Shift+R", ""])


class ChangingKeys(PageTest):
    def post_keys(self, **changed: str):  # type: ignore[no-untyped-def]
        fields = {command.name: command.key for command in COMMANDS if not command.for_administrators}
        return self.post("/desk/keys", {"single": "1", **fields, **changed})

    def test_a_key_becomes_another_one_and_only_that_is_kept(self) -> None:
        self.assertEqual(self.post_keys(reply="b").status, 303)
        self.alma.refresh_from_db()
        self.assertEqual(self.alma.keys, {"reply": "b"})
        self.assertEqual(self.get("/desk/keys").value("#key-reply"), "b")
        self.tove.refresh_from_db()
        self.assertEqual(self.tove.keys, {})

    def test_a_key_that_is_taken_is_refused_and_nothing_typed_is_lost(self) -> None:
        page = self.post_keys(reply="c", note="q")
        self.assertEqual(page.status, 422)
        self.assertIn("C is taken by “New ticket”", page.one("#wrong-reply").text())
        self.assertEqual((page.value("#key-reply"), page.value("#key-note")), ("c", "q"))
        self.alma.refresh_from_db()
        self.assertEqual(self.alma.keys, {})

    def test_a_key_that_begins_another_one_is_refused(self) -> None:
        page = self.post_keys(reply="g")
        self.assertIn("G then I is taken by “To do”", page.one("#wrong-reply").text())

    def test_an_empty_field_takes_the_key_away(self) -> None:
        self.post_keys(tags="")
        self.alma.refresh_from_db()
        self.assertEqual(self.alma.keys, {"tags": ""})

    def test_a_fixed_key_stays(self) -> None:
        self.assertEqual(self.post_keys(clear="q").status, 303)
        self.alma.refresh_from_db()
        self.assertEqual(self.alma.keys, {})

    def test_single_keys_are_switched_off_and_the_page_says_so(self) -> None:
        self.post_keys(single="")
        self.alma.refresh_from_db()
        self.assertTrue(self.alma.has_single_keys)  # a field that came is a tick
        fields = {command.name: command.key for command in COMMANDS if not command.for_administrators}
        self.post("/desk/keys", fields)
        self.alma.refresh_from_db()
        self.assertFalse(self.alma.has_single_keys)
        self.assertEqual(self.get("/desk/").one("#commands").attributes["data-single"], "off")

    def test_the_usual_keys_come_back(self) -> None:
        self.post_keys(reply="v")
        self.post("/desk/keys", {"reset": "1"})
        self.alma.refresh_from_db()
        self.assertEqual((self.alma.keys, self.alma.has_single_keys), ({}, True))

    def test_requesters_have_no_such_page(self) -> None:
        self.assertEqual(self.get("/desk/keys", by=self.rui).status, 404)
