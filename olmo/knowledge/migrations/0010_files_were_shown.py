"""Files that a published text showed stay open to its readers; those that one shows now were."""

from django.db import migrations, models

_ALL_CLIENTS = "select set_config('olmo.clients', array(select id from tenancy_client)::text, true);"
_SHOWN = """
update knowledge_file f set was_shown = true from knowledge_translation t join knowledge_version v on v.id = t.shown_id
    where t.article_id = f.article_id and strpos(
        concat_ws(' ', v.summary, v.symptoms, v.cause, v.workaround, v.solution, v.environment, v.body),
        '/files/knowledge/' || f.id || '/') > 0;
set constraints all immediate;
"""


class Migration(migrations.Migration):
    dependencies = [("knowledge", "0009_leading_vectors")]

    operations = [
        migrations.AddField("file", "was_shown", models.BooleanField(default=False)),
        migrations.RunSQL(_ALL_CLIENTS + _SHOWN, migrations.RunSQL.noop),
    ]
