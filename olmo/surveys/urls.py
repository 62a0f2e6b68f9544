"""The addresses of surveys: no sign-in."""

from django.urls import path

from . import views

app_name = "surveys"

urlpatterns = [path("rating/<str:token>", views.link, name="link")]
