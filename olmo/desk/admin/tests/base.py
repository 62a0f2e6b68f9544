"""How a test of administration speaks: an administrator at pages, and what they left in the change log."""

from typing import Any

from olmo.desk.tests.base import PageTest, Visit
from olmo.people.models import AuditLine


class AdminTest(PageTest):
    """A test with Ines, who administers, at the pages."""

    def look(self, path: str) -> Visit:
        return self.get(f"/desk/admin/{path}", by=self.ines)

    def send(self, path: str, data: dict[str, Any] | None = None) -> Visit:
        return self.post(f"/desk/admin/{path}", data, by=self.ines)

    def form(self, path: str, **changed: Any) -> dict[str, Any]:
        """What a browser without scripts would send of the form on a page, with some fields filled in anew."""
        data: dict[str, Any] = {}
        for field in self.look(path).all("form.admin-form [name]:not(button)"):
            given = field.attributes
            name = str(given["name"])
            if field.tag == "select":
                chosen = [o.attributes.get("value") for o in field.css("option") if "selected" in o.attributes]
                data[name] = chosen[0] if chosen else field.css("option")[0].attributes.get("value")
            elif field.tag == "textarea":
                data[name] = field.text()
            elif given.get("type") == "checkbox":
                if "checked" in given:
                    data.setdefault(name, []).append(given.get("value") or "on")
            else:
                data[name] = given.get("value") or ""
        return {name: value for name, value in {**data, **changed}.items() if value is not None}

    def save(self, path: str, **changed: Any) -> Visit:
        """Open the form, change some fields, send it."""
        return self.send(path, self.form(path, **changed))

    def wrong(self, visit: Visit, field: str) -> str:
        """What a page says beside a field."""
        self.assertEqual(visit.status, 422)
        return " ".join(visit.words(f"#id_{field}-field .wrong"))

    def assertAudited(self, subject: str, **change: Any) -> None:
        """The newest line of the change log is Ines's about this subject, and holds at least these changes."""
        line = AuditLine.objects.order_by("-pk").first()
        assert line is not None
        self.assertEqual((line.subject, line.by_id), (subject, self.ines.pk))
        self.assertEqual({name: line.change.get(name) for name in change}, change)
