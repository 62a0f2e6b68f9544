"""People of a client are seen within its scope; agents and robots are everybody's."""

from django.db import migrations

from olmo.tenancy.rowsecurity import of_clients, of_parent


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [
        of_clients("people_person", shared_when_null=True),
        of_parent("people_identity", "people_person", "person_id"),
        of_parent("people_signinlink", "people_person", "person_id"),
    ]
