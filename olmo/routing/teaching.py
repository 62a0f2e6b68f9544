"""Learning: the newest finished tickets are read, a process of its own learns from them, and the table keeps what it found out.

Whatever stands in a ticket in the end is the truth that is learnt: so every correction by an agent is.
"""

import time
from dataclasses import dataclass, field

from django.db import connection

from olmo.kernel import clock
from olmo.tenancy.scope import EVERY_CLIENT, scope

from .models import Target, Triage
from .triage import apart

MOST = 5_000  # examples: older ones tell of an older desk
MOST_READ = 50_000  # tickets that are looked at to find them
FEWEST = 50  # as learning.FEWEST, which is not imported here: it brings scikit-learn

_LABELS = {
    Target.KIND: "t.kind",
    Target.CATEGORY: "(select c.id::text from tickets_category c where c.id = t.category_id and c.is_active)",
    Target.TEAM: "(select m.id::text from people_team m where m.id = t.team_id and m.is_active)",
    Target.JUDGEMENT: "t.impact || '-' || t.urgency",
}
# The newest tickets come by the index of lists; a label is looked up by its key, and the first words by the ticket's messages.
_EXAMPLES = """
select t.subject || chr(10) || coalesce((
    select left(m.text, 4000) from tickets_message m
    where m.ticket_id = t.id and m.kind = 'public' and not m.is_from_desk and m.withdrawn_at is null order by m.at limit 1
), ''), {label}
from (select * from tickets_ticket order by updated_at desc, id desc limit %(read)s) t
where t.status in ('resolved', 'closed') and t.merged_into_id is null and {label} is not null
limit %(most)s
"""


@dataclass
class Examples:
    """What is learnt from: texts and their labels, side by side."""

    texts: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)


def examples(target: str) -> Examples:
    """The newest finished tickets with this label. Merged ones tell their words twice, so they are left out."""
    found = Examples()
    with connection.cursor() as cursor:
        cursor.execute(_EXAMPLES.format(label=_LABELS[Target(target)]), {"read": MOST_READ, "most": MOST})
        for text, label in cursor.fetchall():
            found.texts.append(text)
            found.labels.append(label)
    return found


def learn(target: str) -> Triage | None:
    """Learn one target anew, unless it is switched off. Nothing is locked while it learns.

    Below 50 examples, or where all have the same label, what was learnt before is forgotten: it is of another desk.
    """
    with scope(EVERY_CLIENT):
        row, _made = Triage.objects.defer("archive").get_or_create(target=target)
        if not row.is_on:
            return None
        known = examples(target)
    began, labels = time.monotonic(), len(set(known.labels))
    is_enough = len(known.texts) >= FEWEST and labels > 1
    learnt = apart.learn(known.texts, known.labels) if is_enough else apart.Learnt()
    now = clock.now()
    with scope(EVERY_CLIENT):
        Triage.objects.filter(target=target).update(
            tried_at=now, learnt_at=now if is_enough else None, seconds=round(time.monotonic() - began, 1),
            found=len(known.texts), labels=labels, archive=learnt.archive, figures=learnt.figures or {},
        )  # fmt: skip
        return Triage.objects.defer("archive").get(target=target)


def learn_all() -> None:
    """Learn every target, one after the other."""
    for target in Target.values:
        learn(target)
