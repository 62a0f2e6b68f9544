"""Tables of the rules: each with its place and its versions, and what a dry run found."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from olmo.people.models import Person


class Rule(models.Model):
    """One rule at its place. content: see `content`; version: of name and content, 1 at first; uses: tickets that it changed."""

    name = models.CharField(_("name"), max_length=80)
    position = models.PositiveIntegerField(_("place"), db_index=True)
    is_on = models.BooleanField(_("switched on"), default=True)
    version = models.PositiveIntegerField(default=1)
    content: Any = models.JSONField()
    uses = models.PositiveIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class RuleVersion(models.Model):
    """A rule as it was from a moment on. Kept for ever, also when the rule is removed: tickets name it."""

    rule_number = models.BigIntegerField()
    version = models.PositiveIntegerField()
    name = models.CharField(max_length=80)
    content: Any = models.JSONField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        ordering = ["rule_number", "-version"]
        constraints = [models.UniqueConstraint(fields=["rule_number", "version"], name="rule_version_once")]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class DryRun(models.Model):
    """Rules tried on the tickets of the last days, as they were opened. It holds ids, no words.

    rules: [number, name, version, content] in order; edited: the number of the rule that is being written (0: a new one, null:
    none); draft: what was typed of it; after: the last ticket that was looked at, [opened_at, id]; found: what came out.
    """

    by = models.ForeignKey(Person, models.CASCADE, related_name="+")
    rules: Any = models.JSONField()
    edited = models.BigIntegerField(null=True)
    draft: Any = models.JSONField(default=dict)
    since = models.DateTimeField()
    total = models.PositiveIntegerField(null=True)
    done = models.PositiveIntegerField(default=0)
    after: Any = models.JSONField(default=list)
    found: Any = models.JSONField(default=dict)
    made_at = models.DateTimeField(db_index=True)
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.done} of {self.total}"
