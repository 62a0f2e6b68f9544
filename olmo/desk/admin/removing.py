"""Removing a setting: when nothing uses it; else back to it, where it says who does."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Model
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from olmo.kernel.errors import Conflict

from ..shell import DeskRequest, SeeOther
from . import used


def remove[M: Model](
    request: DeskRequest, thing: M, named: tuple[str, object], verb: Callable[..., Any], *, back: str, section: str
) -> HttpResponse:
    """Remove a setting by its verb, unless something names it. back: the address of its page; section: that of the list."""
    try:
        with transaction.atomic():
            used.require_unnamed(request.person, *named)
            name = str(thing)
            verb(thing, by=request.person)
    except Conflict as refusal:
        messages.error(request, str(refusal.message))
        return SeeOther(reverse(back, args=[thing.pk]))
    messages.success(request, _("%(name)s was removed.") % {"name": name})
    return SeeOther(reverse(f"desk:admin_{section}"))
