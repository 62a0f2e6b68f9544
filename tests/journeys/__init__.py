"""Journeys through the whole product in a real browser: the real web server, the real database, nothing stood in for."""
