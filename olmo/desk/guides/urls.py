"""The addresses of troubleshooters, below /desk/; they live in the desk's namespace."""

from django.urls import path

from . import building, running

urlpatterns = [
    path("troubleshooters", building.index, name="troubleshooters"),
    path("troubleshooters/new", building.new, name="troubleshooter_new"),
    path("troubleshooters/examples/<slug:name>", building.example, name="troubleshooter_example"),
    path("troubleshooters/<int:pk>", building.one, name="troubleshooter"),
    path("troubleshooters/<int:pk>/settings", building.settings, name="troubleshooter_settings"),
    path("troubleshooters/<int:pk>/publication", building.publication, name="troubleshooter_publication"),
    path("troubleshooters/<int:pk>/steps/<slug:name>", building.step, name="troubleshooter_step"),
    path("troubleshooters/<int:pk>/steps/<slug:name>/removal", building.removal, name="troubleshooter_step_removal"),
    path("troubleshooters/pictures/<int:pk>", building.picture, name="troubleshooter_picture"),
    path("troubleshooters/runs/<int:pk>/<int:number>", running.step, name="troubleshooter_run"),
    path("troubleshooters/runs/<int:pk>/outcome", running.outcome, name="troubleshooter_outcome"),
    path("tickets/<int:number>/troubleshooters", running.choices, name="ticket_troubleshooters"),
]
