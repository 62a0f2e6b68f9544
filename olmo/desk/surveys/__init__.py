"""What requesters thought of the help, and what is looked at again: beside a ticket, and in the inbox of those who lead."""
