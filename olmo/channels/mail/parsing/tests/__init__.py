"""The mail parser's promises, as sentences."""
