"""Pages of troubleshooters: the builder, which needs no script, how runs went, and a run inside a ticket."""
