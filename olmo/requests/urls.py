"""The addresses behind the link of an approval mail: no sign-in."""

from django.urls import path

from . import views

app_name = "requests"

urlpatterns = [
    path("approvals/<str:token>", views.link, name="link"),
    path("approvals/<str:token>/files/<int:pk>/<path:name>", views.file, name="file"),
]
