"""What one unit cannot solve: the inbox of team leads, major incidents, partners, the end of a shift."""
