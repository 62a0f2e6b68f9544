"""What agents write: the composer, drafts, files, ready answers, macros."""
