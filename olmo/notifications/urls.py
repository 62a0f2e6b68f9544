"""The addresses of choosing what one is told."""

from django.urls import path

from . import views

app_name = "notices"

urlpatterns = [
    path("notices", views.preferences, name="preferences"),
    path("notices/told/<int:pk>", views.told, name="told"),
    path("devices", views.devices, name="devices"),
    path("devices/<int:pk>/removal", views.remove_device, name="remove_device"),
]
