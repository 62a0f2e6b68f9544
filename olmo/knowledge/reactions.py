"""What follows when articles come into readers' sight or leave it, in the same transaction."""

from . import indexing, jobs
from .models import Article


def shown(article: Article) -> None:
    """Its published texts, or who reads them, changed."""
    indexing.show(article)
    jobs.understand.defer()


def hidden(article: Article) -> None:
    """Readers no longer see it."""
    indexing.forget(article)
