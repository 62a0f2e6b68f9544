"""The map of the site; each shell keeps its own part."""

from django.urls import URLPattern, URLResolver, include, path

from olmo.kernel import app, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("olmo.ops.urls")),
    path("", include("olmo.people.urls")),
    path("account/", include("olmo.notifications.urls")),
    path("", include("olmo.surveys.urls")),
    path("desk/", include("olmo.desk.urls")),
    path("manifest.webmanifest", app.manifest, name="manifest"),
    path("sw.js", app.worker, name="worker"),
    path("offline", app.offline, name="offline"),
    path("design", views.design, name="design"),
    path("files/knowledge/", include("olmo.knowledge.urls")),
    path("files/", include("olmo.tickets.urls")),
    path("live/", include("olmo.portal.live")),
    path("", include("olmo.portal.urls")),
]

handler400 = "olmo.ops.outage.bad_request"
handler500 = "olmo.ops.outage.server_error"
