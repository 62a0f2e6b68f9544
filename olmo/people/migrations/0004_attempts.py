"""Tries at signing in, by digests only; rows of the last hours. Written and counted by `people.throttle`."""

from django.db import migrations

TABLE = """
create table people_attempt (
    what text not null,
    digest text not null,
    at timestamptz not null
);
create index people_attempt_of on people_attempt (digest, at);
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0003_audit")]
    operations = [migrations.RunSQL(TABLE, "drop table people_attempt")]
