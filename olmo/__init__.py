"""Olmo: an open-source IT help desk. One package (a "room") per concept of the field; see docs/architecture.md."""
