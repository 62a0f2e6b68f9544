"""Faults and coincidences of the hardening list that are about time and about two at once, each by its number."""
