"""The verbs of staffing. Each checks who may, writes in one transaction, and leaves a line in the change log."""
