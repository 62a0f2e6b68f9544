"""The addresses of choosing what one is told."""

from django.urls import path

from . import views

app_name = "notices"

urlpatterns = [path("notices", views.preferences, name="preferences")]
