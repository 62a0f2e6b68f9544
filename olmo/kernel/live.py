"""Live pages: what changed is told to every process by NOTIFY, with ids only; whoever re-fetches is checked then."""

import json
from collections.abc import Sequence

from django.db import connection

CHANNEL = "olmo_live"


def tell(**ids: int) -> None:
    """Tell every open page, when (and if) this transaction commits, that something with these ids changed."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_notify(%s, %s)", [CHANNEL, json.dumps(ids)])


def ring(people: Sequence[int]) -> None:
    """Tell the open pages of each of these people that they have a new notice."""
    with connection.cursor() as cursor:
        bells = [json.dumps({"bell": pk}) for pk in people]
        cursor.execute("select pg_notify(%s, bell) from unnest(%s::text[]) bell", [CHANNEL, bells])
