"""One-line tasks of knowledge."""

from importlib import import_module

from django.conf import settings
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from olmo.tenancy.scope import EVERY_CLIENT, scope

from . import indexing


@app.periodic(cron="*/5 * * * *")
@app.task(name="olmo.knowledge.jobs.understand", queue="bulk", pass_context=False)
def understand(timestamp: int = 0) -> None:
    """Compute the vectors of texts that have none yet, in short transactions."""
    while True:
        with scope(EVERY_CLIENT):
            if not indexing.understand():
                return


@app.task(name="olmo.knowledge.jobs.reindex", queue="bulk", lock="knowledge")
def reindex() -> None:
    """Read all published texts anew: the desk changed its synonyms or stop words."""
    indexing.rebuild()


@app.task(name="olmo.knowledge.jobs.suggested", queue="reactions", retry=RetryStrategy(max_attempts=10, wait=30))
def suggested(suggestion: int) -> None:
    """Tell everybody whom `wiring.SUGGESTED` names what a reader says of an article; each listener is idempotent."""
    with scope(EVERY_CLIENT):
        for tell in getattr(import_module(settings.OLMO_WIRING), "SUGGESTED", []):
            tell(suggestion)
