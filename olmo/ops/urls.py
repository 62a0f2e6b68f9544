"""The address of the first set-up. /healthz and /readyz are answered by `health.HealthMiddleware`, before all else."""

from django.urls import path

from . import setup_views

app_name = "ops"

urlpatterns = [
    path("set-up/<str:token>", setup_views.set_up, name="set_up"),
]
