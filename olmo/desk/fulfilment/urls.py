"""The addresses of tasks, below /desk/; they live in the desk's namespace."""

from django.urls import path

from . import beside, editing, mine, task

_TICKET = "tickets/<int:number>"

urlpatterns = [
    path("tasks", mine.tasks, name="tasks"),
    path("tasks/<int:pk>", task.task, name="task"),
    path("tasks/<int:pk>/edit", editing.edit, name="task_edit"),
    *(path(f"tasks/<int:pk>/{noun}", task.act(noun), name=f"task_{noun}") for noun in task.VERBS),
    path("tasks/runs/<int:pk>/renewal", beside.renewal, name="run_renewal"),
    path(f"{_TICKET}/tasks", beside.beside, name="ticket_tasks"),
    path(f"{_TICKET}/tasks/new", editing.new, name="task_new"),
    path(f"{_TICKET}/tasks/plans", beside.plans, name="ticket_plans"),
]
