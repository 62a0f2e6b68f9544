"""Ready answers take the placeholders that macros and signatures have."""

from django.db import migrations

_NAMES = {
    "requester.first_name": "first_name", "requester.name": "requester", "ticket.number": "number", "ticket.subject": "subject",
    "client.name": "organisation", "agent.first_name": "agent_first_name", "agent.name": "agent", "agent.title": "agent_title",
}  # fmt: skip


def _sql(old: str, new: str) -> str:
    pattern = r"\{\{\s*" + old.replace(".", r"\.") + r"\s*\}\}"
    return (
        f"update writing_readyanswer set texts = regexp_replace(texts::text, '{pattern}', '{{{new}}}', 'g')::jsonb"
        f" where texts::text like '%{old}%'"
    )


class Migration(migrations.Migration):
    dependencies = [("writing", "0002_ready_answers")]

    operations = [migrations.RunSQL(_sql(old, new), migrations.RunSQL.noop) for old, new in _NAMES.items()]
