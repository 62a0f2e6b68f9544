"""Procedures in the desk: found, written, proposed from fast tickets, and run beside a ticket."""
