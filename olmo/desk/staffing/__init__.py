"""Pages about who is there: one's own availability, the board of a team, who is on call, and the calendar feed."""
