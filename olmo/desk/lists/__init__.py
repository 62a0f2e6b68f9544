"""Lists of tickets: filters that read as a sentence, columns, groups, saved views, search, many at once, a list as a file."""
