"""Minutes of work beside a message: typed with it, kept with its draft, entered when it is sent."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from olmo.kernel.prepared import as_json
from olmo.writing.models import Kind

FIELDS = ("minutes", "activity", "billing")
MOST = 20  # characters of a field

type Work = dict[str, str]


def read(sent: QueryDict) -> dict[str, Work]:
    """The fields of each text as the composer sends them; those that are empty are left out."""
    return {kind: {name: text for name in FIELDS if (text := _field(sent, kind, name))} for kind in Kind.values}


def shown(kind: str, typed: Mapping[str, str], wrong: str, answer: Any) -> dict[str, Any]:
    """The fields of one text. answer: what `worklog.queries.choices` answered."""
    step, activities = as_json(answer) or (1, None)
    language = (get_language() or "en")[:2]
    chosen = typed.get("activity", "")
    return {
        "kind": kind, "minutes": typed.get("minutes", ""), "billing": typed.get("billing", ""), "wrong": wrong,
        "activities": [
            {"pk": pk, "name": names.get(language) or name, "is_chosen": str(pk) == chosen}
            for pk, name, names in activities or ()
        ],
        "help": _("Rounded up to %(step)d minutes.") % {"step": step} if step and step > 1 else "",
        "is_open": bool(typed.get("minutes") or wrong),
    }  # fmt: skip


def _field(sent: QueryDict, kind: str, name: str) -> str:
    return str(sent.get(f"{kind}_{name}", "")).strip()[:MOST]
