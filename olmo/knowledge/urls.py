"""The addresses of articles' files."""

from django.urls import path

from . import views

app_name = "knowledge"

urlpatterns = [path("<int:pk>/<path:name>", views.file, name="file")]
