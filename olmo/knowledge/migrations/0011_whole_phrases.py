"""Synonyms of which the full text leaves a single word keep the others, and articles are known by what they are about.

What is kept of published texts follows by a job.
"""

from typing import Any

from django.db import migrations

from olmo.knowledge.vocabulary import phrases_of

_ALL_CLIENTS = "select set_config('olmo.clients', array(select id from tenancy_client)::text, true);"


def read_anew(apps: Any, schema: Any) -> None:
    """Read the phrases of all groups as they are read now."""
    schema.execute(_ALL_CLIENTS)  # else a desk whose articles all are organisations' seems to have none
    for row in apps.get_model("knowledge", "Synonyms").objects.all():
        row.lexemes = phrases_of(row.words)
        row.save(update_fields=["lexemes"])
    if apps.get_model("knowledge", "Translation").objects.filter(shown__isnull=False).exists():
        from olmo.knowledge import jobs

        jobs.reindex.defer()


class Migration(migrations.Migration):
    dependencies = [("knowledge", "0010_files_were_shown"), ("procrastinate", "0041_post_retry_failed_job")]

    operations = [migrations.RunPython(read_anew, migrations.RunPython.noop)]
