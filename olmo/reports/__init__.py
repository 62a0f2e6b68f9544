"""What the desk did, as numbers, and its lists as files.

A *fact* is what one ticket's history comes to (when it was answered, by whom, how long it took); facts are derived from the log.
The *roll-up* counts facts by day, client, team and one more thing. A *measure* is a named number of it. A *selection* names the
very tickets behind a number, so that every number leads to a list. An *export* is a list as a file.

Facts and roll-up can be thrown away and made anew (`rollup.rebuild`); between two refreshes numbers and lists agree, since both
read the same facts.
"""
