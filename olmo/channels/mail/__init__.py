"""Mail as a channel.

peek, store, addresses, connecting, smtp, imap and intake_server take mail in; they import no Django, so that the intake's
process stays small. parsing reads a message; reader does so in a process that may be killed; inbound turns the result into
what `channels.intake` understands.
"""
