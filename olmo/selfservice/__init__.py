"""What requesters do before they ask somebody: they search, read, and are helped, or report what did not help.

Visit: the searches of one person on one day. Held out: a visit that by chance sees no suggestions, so that what suggestions
spare can be measured and not guessed (see docs/portal.md). What was searched and read before a report lies beside its ticket.
"""
