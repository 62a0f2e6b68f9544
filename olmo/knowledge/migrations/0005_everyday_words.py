"""The second list of synonyms that Olmo ships, and a passage of title and summary together for texts that are published already.

The list says how people tell what happened to them; a desk's own groups stay as they are.
"""

from importlib.resources import files
from typing import Any

from django.db import migrations, models

from olmo.kernel import clock
from olmo.knowledge.vocabulary import fold, phrases_of, shipped_synonyms, words_of

BOTH = """
insert into knowledge_passage (translation_id, client_id, part, text)
select summary.translation_id, summary.client_id, 'both', title.text || '. ' || summary.text
from knowledge_passage summary join knowledge_passage title using (translation_id)
where summary.part = 'summary' and title.part = 'title'
"""


def seed(apps: Any, _schema: Any) -> None:
    """Bring the groups in, and the words that they are made of."""
    groups = list(shipped_synonyms((files("olmo.knowledge") / "words" / "everyday.txt").read_text("utf-8")))
    row, now = apps.get_model("knowledge", "Synonyms"), clock.now()
    row.objects.bulk_create([row(words=words, lexemes=phrases_of(words), changed_at=now) for words in groups])
    known = {
        (code, fold(w)) for words in groups for code, listed in words.items() for text in listed for w in words_of(text)
    }
    word = apps.get_model("knowledge", "Word")
    rows = [word(language=code, word=text) for code, text in sorted(known) if 4 <= len(text) <= 40 and text.isalpha()]
    word.objects.bulk_create(rows, ignore_conflicts=True)


def unseed(apps: Any, _schema: Any) -> None:
    """What the desk may have changed since stays."""


class Migration(migrations.Migration):
    dependencies = [("knowledge", "0004_feedback")]

    operations = [
        migrations.AlterField(
            "passage",
            "part",
            models.CharField(
                choices=[("title", "Title"), ("summary", "Summary"), ("both", "Both"), ("text", "Text")], max_length=7
            ),
        ),
        migrations.RunPython(seed, unseed),
        migrations.RunSQL(BOTH, "delete from knowledge_passage where part = 'both'"),
    ]
