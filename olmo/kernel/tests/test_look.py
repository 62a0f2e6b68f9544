"""The visual language: marks, rows, fields, and that every template keeps its rules."""

import re
from datetime import date, timedelta
from pathlib import Path

from django.template import engines
from django.template.loader import render_to_string
from django.test import RequestFactory, SimpleTestCase
from django.utils import translation

from olmo.kernel import clock, marks, rows, specimen
from olmo.kernel.views import design

ROOT = Path(__file__).resolve().parents[3]
# Mails cannot use a style sheet, and no policy of ours rules where they are read.
TEMPLATES = [p for p in sorted((ROOT / "olmo").glob("*/templates/**/*.html")) if "notifications" not in p.parts]
ICONS = set(re.findall(r'id="i-([\w-]+)"', (ROOT / "assets/icons/icons.svg").read_text()))


def render(source: str, **context: object) -> str:
    return str(engines["django"].from_string("{% load look %}" + source).render(context))


class Marks(SimpleTestCase):
    def test_agents_are_leaves_teams_square_and_nobody_is_dashed(self) -> None:
        self.assertIn('class="who who--agent"', marks.who("Alma Ferri", "agent"))
        self.assertIn('class="who who--team"', marks.who("Network", "team"))
        self.assertIn('aria-label="Nobody yet"', marks.who(None))

    def test_a_mark_has_the_initials_of_its_name(self) -> None:
        for name, letters in (("Alma Ferri", "AF"), ("Service desk, tier 1", "SD"), ("Rui", "R"), ("0800", "?")):
            with self.subTest(name=name):
                self.assertEqual(marks.initials(name), letters)

    def test_a_name_cannot_bring_markup_along(self) -> None:
        mark = marks.who('"><script>alert(1)</script>', "agent")
        self.assertNotIn("<script", mark)
        self.assertNotIn('label="">', mark)

    def test_a_mark_speaks_the_language_of_its_reader(self) -> None:
        with translation.override("en"):
            english = marks.channel("phone")
        self.assertIn("Phone", english)
        self.assertNotIn("Phone", marks.channel("phone", mute=True))

    def test_priority_is_a_numeral_with_a_name(self) -> None:
        self.assertIn('data-level="1"', marks.priority(1))
        self.assertEqual(marks.priority(None), "")

    def test_a_ring_never_leaves_its_scale(self) -> None:
        self.assertIn('"100 100"', marks.ring("run", 250))
        self.assertIn('"0 100"', marks.ring("run", -3))


class Rows(SimpleTestCase):
    def row(self, **more: object) -> str:
        plain = {"number": 7, "title": "Printer", "url": "/desk/tickets/7", "people": "Rui", "priority": 2}
        return str(rows.row(plain | more))

    def test_all_text_of_a_row_is_escaped(self) -> None:
        evil = '"><img src=x onerror=alert(1)>'
        words = dict.fromkeys(("title", "last", "people", "organisation", "channel", "owner", "url"), evil)
        printed = self.row(
            **words,
            badge={"tone": evil, "label": evil},
            presence={"icon": "eye", "short": evil, "words": evil},
        )
        self.assertNotIn("<img", printed)
        self.assertNotRegex(printed, r'="">')

    def test_braces_in_a_title_stay_braces(self) -> None:
        self.assertIn("{number} {0.__class__}", self.row(title="{number} {0.__class__}"))

    def test_unread_selected_and_current_are_said(self) -> None:
        printed = self.row(is_unread=True, is_selected=True, is_current=True)
        for part in ("data-unread", "Unread", " checked", 'aria-current="true"'):
            self.assertIn(part, printed)
        self.assertNotIn("Unread", self.row())

    def test_a_due_ticket_shows_its_clock_and_another_its_last_change(self) -> None:
        now = clock.now()
        self.assertIn('data-state="late"', self.row(due_at=now - timedelta(minutes=3)))
        self.assertIn("data-ago", self.row(changed_at=now - timedelta(minutes=3)))

    def test_an_object_serves_as_well_as_a_mapping(self) -> None:
        ticket = type("Ticket", (), {"number": 9, "title": "From an object", "priority": 1})()
        self.assertIn("From an object", rows.row(ticket))

    def test_one_row_of_the_list_can_be_asked_for_alone(self) -> None:
        alone = render_to_string("look/rows.html#row", {"row": {"number": 3, "title": "Alone"}})
        self.assertTrue(alone.strip().startswith('<li class="row" id="row-3" data-ticket="3"'))


class Dates(SimpleTestCase):
    def test_short_months_are_written_as_each_language_writes_them(self) -> None:
        for language, said in (("en", "28 Aug 2026"), ("it", "28 ago 2026")):
            with self.subTest(language=language), translation.override(language):
                self.assertEqual(render('{{ day|date:"j M Y" }}', day=date(2026, 8, 28)), said)

    def test_a_format_may_be_called_by_its_name_in_every_language(self) -> None:
        for name, said in (("DATE_FORMAT", "28 agosto 2026"), ("SHORT_DATE_FORMAT", "28/08/2026")):
            with self.subTest(name=name), translation.override("it"):
                self.assertEqual(render(f'{{{{ day|date:"{name}" }}}}', day=date(2026, 8, 28)), said)

    def test_a_short_date_is_nobody_else_s_other_day(self) -> None:
        with translation.override("en"):
            self.assertEqual(render('{{ day|date:"SHORT_DATE_FORMAT" }}', day=date(2026, 3, 2)), "2 Mar 2026")


class Fields(SimpleTestCase):
    def test_a_wrong_field_names_its_reason_and_keeps_what_was_typed(self) -> None:
        printed = render("{% field form.due %}", form=specimen.Form({"due": "31 Feb"}))
        self.assertIn('value="31 Feb"', printed)
        self.assertIn('aria-invalid="true"', printed)
        self.assertIn('aria-describedby="id_due-wrong"', printed)
        self.assertIn('id="id_due-wrong"', printed)
        self.assertIn("February has 28 days", printed)

    def test_each_widget_gets_its_shape(self) -> None:
        form = specimen.Form()
        self.assertIn('class="select"', render("{% field form.impact %}", form=form))
        self.assertIn("<fieldset", render("{% field form.urgent %}", form=form))
        self.assertIn('class="tick"', render("{% field form.inform %}", form=form))
        self.assertIn("<textarea", render("{% field form.text %}", form=form))


class Pages(SimpleTestCase):
    def test_the_page_of_components_renders_every_partial(self) -> None:
        page = design(RequestFactory().get("/design")).content.decode()
        for part in ("composer", "log", "panel", "list", "ticket-head", "requests"):
            self.assertIn(f'id="{part}"', page)

    def test_pages_of_trouble_need_no_context(self) -> None:
        for name in ("400", "403", "403_csrf", "404", "413", "429", "500", "503", "look/refusal"):
            with self.subTest(name=name):
                self.assertIn("<h1>", render_to_string(f"{name}.html"))

    def test_the_theme_of_the_person_stands_on_the_page(self) -> None:
        page = render_to_string("base.html", {"person": {"theme": "dark"}, "brand": {"hue": 262}})
        self.assertIn('<html lang="en" data-theme="dark" data-hue="260">', page)
        self.assertNotIn("data-theme", render_to_string("base.html", {"theme": '"><script>'}))

    def test_a_still_part_speaks_each_language(self) -> None:
        template = engines["django"].from_string(
            "{% load look i18n %}{% still %}{% get_current_language as l %}{{ l }}{% endstill %}"
        )
        for language in ("en", "it", "en"):
            with translation.override(language):
                self.assertEqual(template.render(), language)


class Rules(SimpleTestCase):
    def test_no_template_has_inline_style_or_script(self) -> None:
        for path in TEMPLATES:
            with self.subTest(path=path.name):
                found = re.findall(
                    r"<style|\sstyle=|\son[a-z]+=|hx-on|<script(?![^>]*\ssrc=)|javascript:", path.read_text()
                )
                self.assertEqual(found, [])

    def test_no_rule_styles_the_whole_page_again_when_a_part_of_it_changes(self) -> None:
        styles = (ROOT / "assets" / "css" / "components").glob("*.css")
        self.assertEqual([path.name for path in styles if re.search(r"(:root|html):has\(", path.read_text())], [])

    def test_every_icon_that_is_named_is_drawn(self) -> None:
        for path in TEMPLATES:
            named = set(re.findall(r'{% icon "([\w-]+)"', path.read_text()))
            named |= set(re.findall(r'icon\|default:"([\w-]+)"', path.read_text()))
            self.assertLessEqual(named, ICONS, path.name)
        self.assertEqual(set(specimen.ICONS), ICONS)

    def test_the_lock_file_of_the_scripts_names_no_host(self) -> None:
        lock = (ROOT / "package-lock.json").read_text()
        self.assertNotRegex(lock, r"https?://|\"resolved\"")
