"""The cast and what crosses rooms."""
