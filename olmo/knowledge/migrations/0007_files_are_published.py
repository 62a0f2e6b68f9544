"""Readers see the files that were there when an article was published; those that they see now were."""

from django.db import migrations, models

_ALL_CLIENTS = "select set_config('olmo.clients', array(select id from tenancy_client)::text, true);"
_PUBLISHED = """
update knowledge_file f set is_published = f.is_listed from knowledge_article a
    where a.id = f.article_id and a.published_at is not null;
set constraints all immediate;
"""


class Migration(migrations.Migration):
    dependencies = [("knowledge", "0006_files_and_known_errors")]

    operations = [
        migrations.AddField("file", "is_published", models.BooleanField(default=False)),
        migrations.RunSQL(_ALL_CLIENTS + _PUBLISHED, migrations.RunSQL.noop),
    ]
