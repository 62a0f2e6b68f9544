"""Texts of Django's own that our catalogue says better, marked here so that an extraction keeps them.

Django capitalises Italian days and months, and has no Italian for some of its messages; our catalogue is asked first.
"""

from django.utils.translation import gettext_noop as _
from django.utils.translation import ngettext_lazy

DAYS = [_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday")]
SHORT_DAYS = [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")]
MONTHS = [
    _("January"), _("February"), _("March"), _("April"), _("May"), _("June"), _("July"), _("August"), _("September"),
    _("October"), _("November"), _("December"),
]  # fmt: skip
MESSAGES = [
    _("Enter a valid domain name."),
    ngettext_lazy(
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    ),
]
