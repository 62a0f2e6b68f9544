"""The map of the site; each shell keeps its own part."""

from django.urls import URLPattern, URLResolver, include, path

from olmo.kernel import app, views
from olmo.tenancy import looks

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("olmo.ops.urls")),
    path("", include("olmo.people.urls")),
    path("account/", include("olmo.notifications.urls")),
    path("", include("olmo.requests.urls")),
    path("", include("olmo.surveys.urls")),
    path("desk/", include("olmo.desk.urls")),
    path("manifest.webmanifest", app.manifest, name="manifest"),
    path("sw.js", app.worker, name="worker"),
    path("offline", app.offline, name="offline"),
    path("brand/<slug:code>.css", looks.stylesheet, name="brand_css"),
    path("brand/<slug:code>.png", looks.logo, name="brand_logo"),
    path("design", views.design, name="design"),
    path("files/knowledge/", include("olmo.knowledge.urls")),
    path("files/", include("olmo.tickets.urls")),
    path("live/", include("olmo.portal.live")),
    path("", include("olmo.portal.urls")),
]

handler400 = "olmo.ops.outage.bad_request"
handler500 = "olmo.ops.outage.server_error"
