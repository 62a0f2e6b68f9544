"""What the tables stand on: extensions, ticket numbers, and text search that folds accents in two languages."""

from django.db import migrations

CONFIGURATIONS = "".join(
    f"""
    create text search configuration {name} (copy = {base});
    alter text search configuration {name} alter mapping for hword, hword_part, word with unaccent, {stemmer};
    """
    for name, base, stemmer in [
        ("olmo_en", "english", "english_stem"),
        ("olmo_it", "italian", "italian_stem"),
        ("olmo_simple", "simple", "simple"),
    ]
)


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(
            "create extension if not exists unaccent; create extension if not exists pg_trgm;"
            "create extension if not exists btree_gin; create extension if not exists btree_gist;",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL("create sequence ticket_numbers start 1001", "drop sequence ticket_numbers"),
        migrations.RunSQL(
            CONFIGURATIONS,
            "drop text search configuration olmo_en; drop text search configuration olmo_it;"
            "drop text search configuration olmo_simple;",
        ),
    ]
