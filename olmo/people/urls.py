"""Addresses of signing in and of one's own account."""

from django.urls import path

from . import views

app_name = "people"

urlpatterns = [
    path("sign-in", views.sign_in, name="sign_in"),
    path("sign-in/link/<slug:token>", views.link, name="link"),
    path("sign-out", views.sign_out, name="sign_out"),
    path("account", views.account, name="account"),
    path("account/password", views.password, name="password"),
    path("account/sessions", views.sessions, name="sessions"),
    path("account/preferences", views.preferences, name="preferences"),
    path("language/<slug:code>", views.language, name="language"),
]
