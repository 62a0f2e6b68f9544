"""The addresses of reports, below /desk/reports/; they live in the desk's namespace (`desk:report_...`)."""

from django.urls import path

from . import lead, myday

urlpatterns = [
    path("", myday.my_day, name="reports"),
    path("desk", lead.dashboard, name="report_desk"),
]
