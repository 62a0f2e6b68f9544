"""The administration of the search's words."""

from django.test import Client as Browser
from django.urls import reverse

from olmo.knowledge.models import StopWords, Synonyms
from olmo.people import signin
from olmo.people.models import Person
from tests.cast import DeskTest


class WordsOfTheSearch(DeskTest):
    def browser(self, person: Person) -> Browser:
        browser = Browser()
        browser.force_login(person, backend=signin.BACKEND)
        return browser

    def test_a_group_is_made_changed_found_and_removed(self) -> None:
        browser = self.browser(self.ines)
        answer = browser.post(
            reverse("desk:admin_word_new"), {"words_en": "zyxomma\nfrobnicator", "words_it": "frullone"}
        )
        self.assertEqual(answer.status_code, 303)
        row = Synonyms.objects.get(words__icontains="zyxomma")
        self.assertContains(browser.get(reverse("desk:admin_words") + "?q=frobni"), "frullone")
        self.assertContains(browser.get(reverse("desk:admin") + "?q=zyxomma"), "zyxomma")
        alone = browser.post(reverse("desk:admin_word", args=[row.pk]), {"words_en": "alone", "words_it": ""})
        self.assertContains(alone, "alone", status_code=422)
        browser.post(reverse("desk:admin_word_removal", args=[row.pk]))
        self.assertFalse(Synonyms.objects.filter(pk=row.pk).exists())

    def test_words_that_say_nothing_are_kept(self) -> None:
        browser = self.browser(self.ines)
        self.assertContains(browser.get(reverse("desk:admin_words_stop")), "qualcuno")
        browser.post(reverse("desk:admin_words_stop"), {"words_en": "foo  bar", "words_it": "baz"})
        self.assertEqual(StopWords.objects.get(language="en").words, ["bar", "foo"])

    def test_to_others_it_does_not_exist(self) -> None:
        for name in ("admin_words", "admin_word_new", "admin_words_stop"):
            self.assertEqual(self.browser(self.alma).get(reverse(f"desk:{name}")).status_code, 404)
