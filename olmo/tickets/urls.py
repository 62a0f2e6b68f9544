"""The addresses of files."""

from django.urls import path

from . import views

app_name = "files"

urlpatterns = [path("<int:pk>/<path:name>", views.file, name="file")]
