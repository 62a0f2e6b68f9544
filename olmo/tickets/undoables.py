"""Tables of what can be taken back (see `undo`): they hold former values, and are swept when the time for it has passed."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from olmo.people.models import Person


class Undoable(models.Model):
    """Something that a person did in one go, and may still take back. Swept when it has expired."""

    token = models.CharField(max_length=24, unique=True)
    by = models.ForeignKey(Person, models.CASCADE, related_name="+")
    label = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    undone_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.label


class UndoPiece(models.Model):
    """What one ticket went through in an undoable: its events, and the touched columns before and after. It may hold words."""

    undoable = models.ForeignKey(Undoable, models.CASCADE, related_name="pieces")
    ticket = models.ForeignKey("tickets.Ticket", models.CASCADE, related_name="+")
    seqs = ArrayField(models.PositiveIntegerField())
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    is_new = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.undoable_id}: {self.ticket_id} {self.seqs}"
