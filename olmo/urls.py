"""The map of the site; each shell keeps its own part."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("olmo.ops.urls")),
    path("", include("olmo.people.urls")),
    path("desk/", include("olmo.desk.urls")),
]
