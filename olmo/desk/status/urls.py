"""The addresses of the service status, below /desk/; they live in the desk's namespace."""

from django.urls import path

from . import pages

urlpatterns = [
    path("status", pages.index, name="status"),
    path("status/new", pages.new, name="happening_new"),
    path("status/<int:pk>", pages.one, name="happening"),
    path("status/heard", pages.heard, name="happening_heard"),
    path("status/<int:pk>/updates", pages.updates, name="happening_updates"),
]
