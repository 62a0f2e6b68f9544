"""What the search keeps: terms, passages and their vectors, words, synonyms and stop words (those that Olmo ships to begin with).

Terms are looked up by equality, which is leakproof, so row security leaves their index to the planner. Vectors have a table of their
own, made where pgvector is: by the function below, which Olmo asks again until it is there. No backup holds it: the worker
computes vectors anew, and a desk can move to a database without pgvector.
"""

from importlib.resources import files
from typing import Any

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from olmo.kernel import clock
from olmo.knowledge.vocabulary import fold, phrases_of, shipped_stop_words, shipped_synonyms, words_of
from olmo.tenancy.rowsecurity import of_clients

VECTORS = """
create function olmo_knowledge_vectors() returns boolean language plpgsql security definer
set search_path = public, pg_temp as $$
begin
    if to_regclass('knowledge_vector') is not null then
        return true;
    end if;
    if not exists (select from pg_extension where extname = 'vector') then
        return false;
    end if;
    perform pg_advisory_xact_lock(hashtext('knowledge_vector'));
    execute $q$create table if not exists knowledge_vector (
        passage_id bigint primary key references knowledge_passage on delete cascade, translation_id bigint not null,
        client_id bigint, part varchar(7) not null, vector halfvec(512) not null)$q$;
    execute 'alter table knowledge_vector enable row level security';
    execute 'alter table knowledge_vector force row level security';
    execute 'drop policy if exists clients on knowledge_vector';
    execute $q$create policy clients on knowledge_vector using (client_id is null or client_id = any(
        (select coalesce(nullif(current_setting('olmo.clients', true), ''), '{}'))::bigint[]))$q$;
    return true;
exception when undefined_object then  -- a release of pgvector without half-precision vectors
    return false;
end $$;
select olmo_knowledge_vectors();
"""
WORDS = """
create index words_alike on knowledge_word using gin (word gin_trgm_ops);
create index words_begin on knowledge_word (language, word text_pattern_ops);
"""


def seed(apps: Any, _schema: Any) -> None:
    """Bring the shipped synonyms and stop words in."""
    shipped = files("olmo.knowledge") / "words"
    now = clock.now()
    groups = list(shipped_synonyms((shipped / "synonyms.txt").read_text("utf-8")))
    apps.get_model("knowledge", "Synonyms").objects.bulk_create(
        [
            apps.get_model("knowledge", "Synonyms")(words=words, lexemes=phrases_of(words), changed_at=now)
            for words in groups
        ]
    )
    stop = shipped_stop_words((shipped / "stop.txt").read_text("utf-8"))
    for language, words in stop.items():
        apps.get_model("knowledge", "StopWords").objects.create(language=language, words=words, changed_at=now)
    known = {
        (code, fold(w)) for words in groups for code, listed in words.items() for text in listed for w in words_of(text)
    }
    known = {(code, word) for code, word in known if 4 <= len(word) <= 40 and word.isalpha()}
    word = apps.get_model("knowledge", "Word")
    word.objects.bulk_create([word(language=code, word=text) for code, text in sorted(known)])


def unseed(apps: Any, _schema: Any) -> None:
    """The tables go with what they hold."""


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0001_ground"),  # the configurations of full text
        ("knowledge", "0002_row_security"),
        ("tenancy", "0002_signatures"),
    ]

    operations = [
        migrations.CreateModel(
            name="StopWords",
            fields=[
                ("language", models.CharField(max_length=8, primary_key=True, serialize=False)),
                (
                    "words",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), default=list),
                ),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "verbose_name_plural": "stop words",
            },
        ),
        migrations.CreateModel(
            name="Synonyms",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("words", models.JSONField(default=dict, verbose_name="words")),
                ("lexemes", models.JSONField(default=dict)),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "verbose_name_plural": "synonyms",
            },
        ),
        migrations.CreateModel(
            name="Passage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "part",
                    models.CharField(
                        choices=[("title", "Title"), ("summary", "Summary"), ("text", "Text")], max_length=7
                    ),
                ),
                ("text", models.TextField()),
                (
                    "client",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenancy.client",
                    ),
                ),
                (
                    "translation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="passages", to="knowledge.translation"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Word",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("language", models.CharField(max_length=8)),
                ("word", models.CharField(max_length=60)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("language", "word"), name="words_once")],
            },
        ),
        migrations.CreateModel(
            name="Term",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("language", models.CharField(max_length=8)),
                ("lexeme", models.CharField(max_length=100)),
                ("weight", models.FloatField()),
                (
                    "client",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenancy.client",
                    ),
                ),
                (
                    "translation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="terms", to="knowledge.translation"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["lexeme", "language"], name="terms_by_lexeme")],
            },
        ),
        of_clients("knowledge_passage", shared_when_null=True),
        of_clients("knowledge_term", shared_when_null=True),
        migrations.RunSQL(VECTORS, "drop function olmo_knowledge_vectors; drop table if exists knowledge_vector"),
        migrations.RunSQL(WORDS, "drop index words_alike; drop index words_begin"),
        migrations.RunPython(seed, unseed),
    ]
