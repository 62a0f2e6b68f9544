"""A procedure is seen as its article is; runs and what was recorded are their ticket's client's."""

from django.db import migrations

from olmo.tenancy.rowsecurity import of_clients, of_parent


class Migration(migrations.Migration):
    dependencies = [("procedures", "0001_initial")]
    operations = [
        of_parent("procedures_procedure", "knowledge_article", "article_id"),
        of_clients("procedures_run"),
        of_clients("procedures_entry"),
    ]
