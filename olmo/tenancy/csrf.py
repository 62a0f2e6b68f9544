"""Forms of organisations' own hosts are ours too, also behind a proxy that speaks TLS for us."""

from django.conf import settings
from django.middleware.csrf import CsrfViewMiddleware

from . import hosts


class OwnHostsCsrfMiddleware(CsrfViewMiddleware):
    """Django's check, which asks for the hosts anew instead of once for ever."""

    @property
    def allowed_origins_exact(self) -> set[str]:  # there it is kept for ever
        """The origins that may post here beside the one that was asked."""
        return {*settings.CSRF_TRUSTED_ORIGINS, *(f"https://{host}" for host in hosts.known())}
