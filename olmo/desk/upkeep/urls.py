"""The addresses of upkeep, below /desk/knowledge/; they live in the desk's namespace."""

from django.urls import path

from . import mending, topics

urlpatterns = [
    path("mending", mending.index, name="mending"),
    path("mending/now", mending.look, name="mending_now"),
    path("topics", topics.index, name="topics"),
    path("topics/<int:pk>/name", topics.rename, name="topic_name"),
    path("<int:pk>/questions", mending.questions, name="article_questions"),
    path("questions/<int:pk>/removal", mending.removal, name="question_removal"),
]
