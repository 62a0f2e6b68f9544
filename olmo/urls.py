"""The map of the site; each shell keeps its own part."""

from django.urls import URLPattern, URLResolver, include, path

from olmo.kernel import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("olmo.ops.urls")),
    path("", include("olmo.people.urls")),
    path("desk/", include("olmo.desk.urls")),
    path("design", views.design, name="design"),
    path("files/", include("olmo.tickets.urls")),
    path("live/", include("olmo.portal.live")),
    path("", include("olmo.portal.urls")),
]

handler500 = "olmo.ops.outage.server_error"
