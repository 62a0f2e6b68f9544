"""The form in which people choose what they are told, how and when."""

from datetime import time
from typing import Any

from django import forms
from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from olmo.people.models import Person

from . import kinds
from .models import Preference, Rhythm

MOST_TIMES = 6


class Times(forms.CharField):
    """Some times of the day: "08:00, 13:30"."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(f"{each:%H:%M}" for each in value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[time]:
        text = super().clean(value)
        parts = [part for part in str(text or "").replace(";", ",").replace(" ", ",").split(",") if part]
        if len(parts) > MOST_TIMES:
            raise forms.ValidationError(_("Choose at most %(most)d times.") % {"most": MOST_TIMES})
        return sorted({self._read(part) for part in parts})

    def _read(self, part: str) -> time:
        try:
            return time.fromisoformat(part.zfill(5))
        except ValueError as error:
            raise forms.ValidationError(_("“%(part)s” is no time; write 08:00.") % {"part": part[:20]}) from error


class Preferences(forms.Form):
    """Kinds of events by channels; for agents also when their mail comes."""

    collect_at = Times(
        label=gettext_lazy("Collect mail and devices’ notices until"), required=False, max_length=80,
        help_text=gettext_lazy("Times of the day, as 08:00, 13:00. Empty: each at once. In Olmo you are told at once."),
    )  # fmt: skip
    quiet_from = forms.TimeField(
        label=gettext_lazy("Quiet from"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    quiet_until = forms.TimeField(
        label=gettext_lazy("Quiet until"), required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=gettext_lazy("No mail and nothing on devices in these hours of your time zone; it comes when they end."),
    )  # fmt: skip
    urgent_passes = forms.BooleanField(
        label=gettext_lazy("Tickets of priority 1 may reach me at any time"), required=False
    )

    def __init__(self, data: Any = None, *, person: Person) -> None:
        self.person = person
        rhythm = Rhythm.objects.filter(person=person).first() or Rhythm(person=person)
        names = ("collect_at", "quiet_from", "quiet_until", "urgent_passes")
        super().__init__(data, initial={name: getattr(rhythm, name) for name in names}, label_suffix="")
        if not person.is_agent:
            for name in names:
                del self.fields[name]

    def rows(self) -> list[dict[str, Any]]:
        """The kinds, each with a box for each channel that it offers."""
        return [
            {"words": kind.words, "boxes": [self._box(name, kind, channel) for channel in self.channels()]}
            for name, kind in kinds.kinds_for(self.person).items()
        ]

    def channels(self) -> list[str]:
        """The channels of which this person can have something."""
        every = kinds.kinds_for(self.person).values()
        return [name for name in kinds.CHANNELS if any(kind.offers(name) for kind in every)]

    def headings(self) -> list[Any]:
        return [kinds.CHANNELS[name] for name in self.channels()]

    def _box(self, name: str, kind: kinds.Kind, channel: str) -> dict[str, Any]:
        value = f"{name}:{channel}"
        is_on = value in self._on() if self.is_bound else channel in self._chosen()[name]
        return {"value": value, "is_on": is_on, "is_offered": kind.offers(channel), "label": kinds.CHANNELS[channel]}

    def _on(self) -> set[str]:
        return set(self.data.getlist("on")) if isinstance(self.data, QueryDict) else set()

    def _chosen(self) -> dict[str, set[str]]:
        if not hasattr(self, "_known"):
            self._known = {name: set(kind.channels) for name, kind in kinds.kinds_for(self.person).items()}
            for row in Preference.objects.filter(person=self.person, kind__in=self._known):
                (self._known[row.kind].add if row.is_on else self._known[row.kind].discard)(row.channel)
        return self._known

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if bool(found.get("quiet_from")) != bool(found.get("quiet_until")) and not self.errors:
            missing = "quiet_until" if found.get("quiet_from") else "quiet_from"
            self.add_error(missing, _("Quiet hours have a beginning and an end."))
        return found

    @transaction.atomic
    def save(self) -> None:
        """Keep what differs from the defaults."""
        on = self._on()
        rows = [
            Preference(person=self.person, kind=name, channel=channel, is_on=f"{name}:{channel}" in on)
            for name, kind in kinds.kinds_for(self.person).items()
            for channel in kinds.CHANNELS
            if kind.offers(channel) and (f"{name}:{channel}" in on) != (channel in kind.channels)
        ]
        Preference.objects.filter(person=self.person).delete()
        Preference.objects.bulk_create(rows)
        if self.person.is_agent:
            Rhythm.objects.update_or_create(person=self.person, defaults=self.cleaned_data)


class DeviceForm(forms.Form):
    """What a browser made for us when it was allowed to show notices (Push API, PushSubscription), and a name for it."""

    name = forms.CharField(label=gettext_lazy("Name of this device"), max_length=80)
    endpoint = forms.CharField(max_length=2048, required=False, widget=forms.HiddenInput)
    p256dh = forms.CharField(max_length=100, required=False, widget=forms.HiddenInput)
    auth = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not (found.get("endpoint") and found.get("p256dh") and found.get("auth")):
            raise forms.ValidationError(_("To switch a device on, its browser must run scripts."))
        return found
