"""Tasks in the desk: beside their ticket, on a page each, and everybody's own in one list."""
