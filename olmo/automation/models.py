"""Tables of the automation room."""

from typing import Any

from django.db import models

from olmo.people.models import Person
from olmo.tickets.models import Undoable


class Run(models.Model):
    """Steps on many tickets, and how far they are. `tickets`: [id, version shown]; `results`: [number, id, state, words]."""

    by = models.ForeignKey(Person, models.CASCADE, related_name="+")
    label = models.CharField(max_length=200)
    steps: Any = models.JSONField()
    tickets: Any = models.JSONField()
    results: Any = models.JSONField(default=list)
    made_at = models.DateTimeField(db_index=True)
    finished_at = models.DateTimeField(null=True)
    undoable = models.ForeignKey(Undoable, models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.label}: {len(self.results)} of {len(self.tickets)}"

    def count(self, state: str) -> int:
        """How many tickets ended so ("done", "same", "refused")."""
        return sum(result[2] == state for result in self.results)
