"""Answers with a rule of their own."""

from django.http.response import HttpResponseBase, HttpResponseRedirect


def onward(url: str) -> HttpResponseRedirect:
    """After a POST: go on to `url` by GET (303, RFC 9110, section 15.4.4)."""
    answer = HttpResponseRedirect(url)
    answer.status_code = 303
    return answer


def unlogged[Answer: HttpResponseBase](answer: Answer) -> Answer:
    """An answer at an address that is a secret: Django's log of refused requests would name it."""
    answer._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001  (the only way that Django offers)
    return answer
