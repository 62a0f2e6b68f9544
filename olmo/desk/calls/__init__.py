"""The phone: who calls, a ticket during the call, the checklist, calls that were promised."""
