"""An administrator says when time counts, and what is promised."""

from playwright.sync_api import Page, expect

from .base import PHONE, WIDE, Journey


class SettingServiceLevels(Journey):
    def look_at(self, page: Page, name: str) -> None:
        for width, size in (("wide", WIDE), ("phone", PHONE)):
            page.set_viewport_size(size)
            self.assert_not_sideways(page)
            self.assert_accessible(page)
            self.picture(page, f"{name}-{width}")
        page.set_viewport_size(WIDE)

    def test_a_calendar_with_shifts_and_the_holidays_of_a_region(self) -> None:
        self.expected_faults.append("422")  # a form that is refused
        page = self.sign_in(self.ines)
        page.goto(self.url("/desk/admin/calendars/new"))
        page.fill("#id_name", "Modena office")
        page.fill("#id_hours_mon", "08:00-12:30, 12:00-18:00")
        page.keyboard.press("Enter")
        expect(page.locator("#id_hours_mon-wrong")).to_have_text("08:00-12:30 and 12:00-18:00 overlap.")
        page.fill("#id_hours_mon", "08:00-12:30, 13:30-18:00")
        page.select_option("#id_country", "IT")
        page.get_by_role("button", name="Show the regions").click()
        page.select_option("#id_region", "MO")
        page.fill("#id_days", "2026-12-28 09:00-11:00 Inventory")
        self.look_at(page, "calendar-form")
        page.get_by_role("button", name="Save").last.click()
        expect(page.locator("h1")).to_have_text("Modena office")
        self.look_at(page, "calendar")
        page.goto(self.url("/desk/admin/calendars"))
        expect(page.get_by_role("link", name="Modena office")).to_be_visible()
        self.look_at(page, "calendars")

        page.goto(self.url("/desk/admin/agreements/new"))
        page.fill("#id_name", "Acme gold")
        page.select_option("#id_client", label="Acme Industrial")
        page.get_by_role("button", name="Save").click()
        page.get_by_label("Normal: resolution").fill("4 h")
        page.fill("#id_version", "1")
        page.fill("#id_valid_from", "2026-01-01T00:00")
        page.fill("#id_reason", "Signed on 2 January")
        page.get_by_role("button", name="Show what would change").last.click()
        expect(page.locator(".rehearsal")).to_contain_text("No open ticket")
        self.look_at(page, "agreement")
        page.get_by_role("button", name="Put into force").click()
        expect(page.locator(".year tbody th")).to_have_text("1")
