"""Assets on the desk: the list, one asset with its tickets and holders, files in and out."""
