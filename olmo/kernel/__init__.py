"""What every room stands on: settings, clock, text, errors, live pages. Imports nothing of ours."""
