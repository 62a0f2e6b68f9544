"""Steps as pages show them."""

from typing import Any

from django.http import HttpResponse

from olmo.kernel.markdown import as_html

from . import tree
from .models import Picture, Run


def step(run: Run, number: int, language: str) -> dict[str, Any]:
    """The step after so many answers: words, answers, which one was given, and how it ends."""
    key = run.at_step(number)
    one = run.version.tree["nodes"][key]
    given = run.path[number][1] if number < len(run.path) else -1
    return {
        "key": key, "kind": one["kind"], "title": tree.said(one["title"], language),
        "text": as_html(tree.said(one["text"], language)), "picture": one.get("picture") or 0,
        "answers": [(n, tree.said(answer["label"], language), n == given) for n, answer in enumerate(one["answers"])],
        "is_end": one["kind"] == "outcome", "outcome": one.get("outcome", ""),
        "article": one.get("article") or 0, "item": one.get("item") or 0,
        "way": tree.transcript(run.version.tree, run.path[:number], language),
    }  # fmt: skip


def picture(found: Picture) -> HttpResponse:
    """A picture as an answer that may be kept by the reader's browser alone."""
    answer = HttpResponse(bytes(found.data), content_type=found.media_type)
    answer.headers["Cache-Control"] = "private, max-age=86400"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
