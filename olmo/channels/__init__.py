"""The ways a request reaches the desk; each one ends in the same inbound shape."""
