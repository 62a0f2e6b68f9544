"""The agents' pages of knowledge: finding, reading, writing, reviewing, and what readers suggest (docs/knowledge.md)."""
