"""The addresses of procedures, below /desk/; they live in the desk's namespace."""

from django.urls import path

from . import beside, editing, pages, proposal, run

urlpatterns = [
    path("procedures", pages.index, name="procedures"),
    path("procedures/new", editing.new, name="procedure_new"),
    path("procedures/proposal", proposal.proposal, name="procedure_proposal"),
    path("procedures/<int:pk>", pages.procedure, name="procedure"),
    path("procedures/<int:pk>/texts/<slug:code>", editing.edit, name="procedure_edit"),
    path("procedures/<int:pk>/markdown", pages.markdown, name="procedure_markdown"),
    path("procedures/runs/<int:pk>", run.run, name="procedure_run"),
    *(path(f"procedures/runs/<int:pk>/{noun}", run.act(noun), name=f"run_{noun}") for noun in run.VERBS),
    path("tickets/<int:number>/procedures", beside.beside, name="ticket_procedures"),
    path("tickets/<int:number>/procedures/start", beside.start, name="procedure_start"),
]
