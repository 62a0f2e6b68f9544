"""The addresses of reports, below /desk/reports/; they live in the desk's namespace (`desk:report_...`)."""

from django.urls import path

from . import lead, myday, ratings

urlpatterns = [
    path("", myday.my_day, name="reports"),
    path("desk", lead.dashboard, name="report_desk"),
    path("ratings", ratings.ratings, name="report_ratings"),
    path("ratings/answers", ratings.answers, name="report_answers"),
    path("ratings/answers.csv", ratings.as_file("csv"), name="report_answers_csv"),
    path("ratings/answers.xlsx", ratings.as_file("xlsx"), name="report_answers_xlsx"),
]
