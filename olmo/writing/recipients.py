"""Who gets a reply: addresses as they are typed, in their normal form."""

from django.utils.translation import gettext as _

from olmo.kernel.errors import Invalid
from olmo.people.identities import normal_address
from olmo.tenancy.models import Client, Domain

MOST_ADDRESSES = 50


def addresses(text: str, field: str) -> list[str]:
    """The addresses in `text`, separated by commas, semicolons or spaces, each once. Raises Invalid naming `field`."""
    words = text.replace(",", " ").replace(";", " ").split()
    if len(words) > MOST_ADDRESSES:
        raise Invalid(field, _("At most %(most)d addresses.") % {"most": MOST_ADDRESSES})
    try:
        return list(dict.fromkeys(normal_address(word) for word in words))
    except Invalid as error:
        raise Invalid(field, error.message) from error


def domains_of(client: Client | int) -> list[str]:
    """The mail domains of a client organisation, in lower case."""
    pk = client if isinstance(client, int) else client.pk
    return sorted(name.lower() for name in Domain.objects.filter(client=pk).values_list("name", flat=True))
