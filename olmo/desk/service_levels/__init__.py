"""What was promised: the clocks of a ticket, and what was agreed with whom and whether it was kept."""
