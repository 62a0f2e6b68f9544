"""The addresses of the portal: a requester's requests."""

from django.urls import path

from . import guides, rating, request, uploads, views

app_name = "portal"

urlpatterns = [
    path("", views.home, name="home"),
    path("guides", guides.index, name="guides"),
    path("guides/<int:pk>", guides.guide, name="guide"),
    path("guides/<int:pk>/judgement", guides.judgement, name="judgement"),
    path("requests", views.tickets, name="list"),
    path("requests/new", views.new, name="new"),
    path("requests/uploads", uploads.upload, name="uploads"),
    path("requests/<int:number>", request.ticket, name="ticket"),
    path("requests/<int:number>/answers", request.answers, name="answers"),
    path("requests/<int:number>/rating", rating.rating, name="rating"),
]
