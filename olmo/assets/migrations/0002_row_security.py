"""Assets are seen within the scope of their organisation; their trail is only added to; a desk begins with the usual kinds."""

from typing import Any

from django.db import migrations

from olmo.tenancy.rowsecurity import of_clients, of_parent

FIRST = (
    ("Laptop", "Portatile", "laptop"), ("Desktop computer", "Computer fisso", "monitor"), ("Monitor", "Monitor", "monitor"),
    ("Phone", "Telefono", "phone"), ("Tablet", "Tablet", "phone"), ("Printer", "Stampante", "printer"),
    ("Server", "Server", "server"), ("Network device", "Apparato di rete", "wifi"), ("Licence", "Licenza", "key"),
    ("Other", "Altro", "app"),
)  # fmt: skip


def begin(apps: Any, _schema: Any) -> None:
    kind = apps.get_model("assets", "AssetKind")
    for position, (name, italian, icon) in enumerate(FIRST):
        names = {"it": italian} if italian != name else {}
        kind.objects.create(name=name, names=names, icon=icon, position=position)


class Migration(migrations.Migration):
    dependencies = [("assets", "0001_tables")]
    operations = [
        of_clients("assets_asset"),
        of_clients("assets_term"),
        of_clients("assets_load"),
        of_parent("assets_step", "assets_asset", "asset_id"),
        migrations.RunSQL(
            """
            create function olmo_asset_guard() returns trigger language plpgsql as $$
            begin
                raise exception 'assets are never deleted and their trail is append-only: use a verb of assets.actions';
            end $$;
            create trigger append_only before update or delete on assets_step
                for each row execute function olmo_asset_guard();
            create trigger never_deleted before delete on assets_asset
                for each row execute function olmo_asset_guard();
            """,
            "drop trigger never_deleted on assets_asset; drop trigger append_only on assets_step;"
            "drop function olmo_asset_guard();",
        ),
        migrations.RunPython(begin, migrations.RunPython.noop),
    ]
