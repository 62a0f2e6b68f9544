"""The ways a request reaches the desk; each one ends in the same `Inbound`, and `intake` makes a ticket of it.

Mailbox: an address of the desk, with the organisation and team its mail belongs to by default. RawMessage: the bytes that we
said yes to, kept as they came before the sender heard it. Inbound: what a message says, whatever the channel. Invariants: an
accepted message is never lost; none acts twice (a unique key in the database); one that cannot be read stops only itself.
"""
