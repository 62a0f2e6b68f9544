"""Reports: an agent's own day, and how the desk is doing. Every number leads to its tickets."""
