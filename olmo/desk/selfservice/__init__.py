"""Pages about what requesters do by themselves: what suggestions spare, and how much is measured."""
