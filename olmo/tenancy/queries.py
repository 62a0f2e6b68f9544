"""Reads about the provider and its clients."""

from zoneinfo import ZoneInfo

from .models import Client, Provider


def provider() -> Provider | None:
    """Who runs this desk, or None before set-up."""
    return Provider.objects.first()


def desk_zone() -> ZoneInfo:
    """The zone of the desk, by which its days and months begin; UTC before set-up."""
    return ZoneInfo(Provider.objects.values_list("time_zone", flat=True).first() or "UTC")


def client_of_domain(domain: str) -> Client | None:
    """The active client whose mail domain this is (exact, case ignored), or None."""
    return Client.objects.filter(domains__name__iexact=domain, is_active=True).first()


def client_of_strangers() -> Client | None:
    """Where mail of unknown senders goes when its mailbox names no client."""
    return Client.objects.filter(takes_strangers=True).first()
