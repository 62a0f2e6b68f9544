"""Mail as a channel: intake, parsing, threading."""
