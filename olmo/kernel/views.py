"""Pages of the house itself."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from olmo.kernel import specimen


@require_safe
def design(request: HttpRequest) -> HttpResponse:
    """The living page of components: every partial of olmo/kernel/templates/look as pages use it."""
    return render(request, "look/design.html", specimen.context())
