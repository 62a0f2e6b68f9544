"""Time that work takes: the timer, the minutes of a ticket, the week."""
