"""Addresses for those who run Olmo: the first set-up, and whether it is well."""

from django.urls import path

from . import health, setup_views

app_name = "ops"

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("set-up/<str:token>", setup_views.set_up, name="set_up"),
]
