"""Lists as files: which columns, how values are written, and how a long file leaves without filling the memory."""
