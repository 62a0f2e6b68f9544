"""The addresses of these pages, below /desk/; they live in the desk's namespace."""

from django.urls import path

from . import measuring

urlpatterns = [
    path("reports/suggestions", measuring.effect, name="selfservice"),
    path("reports/suggestions/share", measuring.hold_out, name="selfservice_share"),
]
