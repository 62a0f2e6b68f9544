"""The addresses of the portal: a requester's requests."""

from django.urls import path

from . import (
    approving,
    devices,
    ending,
    guides,
    ordering,
    rating,
    request,
    status,
    troubleshooters,
    uploads,
    views,
    widget,
)

app_name = "portal"

urlpatterns = [
    path("", views.home, name="home"),
    path("devices", devices.index, name="devices"),
    path("guides", guides.index, name="guides"),
    path("guides/<int:pk>", guides.guide, name="guide"),
    path("guides/<int:pk>/judgement", guides.judgement, name="judgement"),
    path("troubleshooters", troubleshooters.index, name="troubleshooters"),
    path("troubleshooters/<int:pk>", troubleshooters.start, name="troubleshooter"),
    path("troubleshooters/runs/<int:pk>/<int:number>", troubleshooters.step, name="step"),
    path("troubleshooters/runs/<int:pk>/outcome", troubleshooters.outcome, name="step_outcome"),
    path("troubleshooters/pictures/<int:pk>", troubleshooters.picture, name="step_picture"),
    path("widget/<str:token>", widget.start, name="widget"),
    path("widget/<str:token>/<int:pk>", widget.article, name="widget_article"),
    path("status", status.index, name="status"),
    path("status/happenings/<int:pk>", status.happening, name="happening"),
    path("status/of/<slug:name>", status.of_client, name="status_of"),
    path("status/feed", status.feed, name="status_feed"),
    path("status/feed/<str:token>", status.secret_feed, name="status_secret_feed"),
    path("status/subscription", status.subscribe, name="status_subscribe"),
    path("status/confirm/<str:token>", status.confirm, name="status_confirm"),
    path("status/leave/<str:token>", status.leave, name="status_leave"),
    path("catalogue", ordering.catalogue, name="catalogue"),
    path("catalogue/basket", ordering.basket, name="basket"),
    path("catalogue/<int:pk>", ordering.order, name="order"),
    path("my-approvals", approving.approvals, name="approvals"),
    path("my-approvals/<int:pk>", approving.approval, name="approval"),
    path("my-approvals/substitute", approving.substitute, name="substitute"),
    path("requests/<int:number>/order", ordering.change, name="order_change"),
    path("requests", views.tickets, name="list"),
    path("requests/new", views.new, name="new"),
    path("requests/uploads", uploads.upload, name="uploads"),
    path("requests/<int:number>", request.ticket, name="ticket"),
    path("requests/<int:number>/answers", request.answers, name="answers"),
    path("requests/<int:number>/withdrawal", ending.withdrawal, name="withdrawal"),
    path("requests/<int:number>/rating", rating.rating, name="rating"),
]
