"""A requester who subscribed is told while the right to read lasts; who subscribed before is found again by the address."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

_ALL_CLIENTS = "select set_config('olmo.clients', array(select id from tenancy_client)::text, true);"
_FIND = """update status_subscriber s set person_id = (select p.id from people_identity i join people_person p on p.id = i.person_id
where i.kind = 'email' and i.value = s.address and p.client_id = s.client_id limit 1) where s.client_id is not null"""


class Migration(migrations.Migration):
    dependencies = [("status", "0002_row_security"), ("people", "0010_signatures")]
    operations = [
        migrations.AddField(
            "subscriber",
            "person",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.RunSQL(_ALL_CLIENTS + _FIND, migrations.RunSQL.noop),
    ]
