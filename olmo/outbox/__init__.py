"""All that leaves the desk: queued with the data that asks for it, sent later, retried, or given up and said so.

Envelope: one message to one recipient. Its Message-ID is fixed when it is queued, so that a second copy (a connection lost
after the final dot, a worker killed in mid-send) is known as the same message everywhere. States: queued (waits for its
moment), sending (a worker has it), sent (the relay took it), failed (given up), held (nothing is tried until somebody decides),
dropped (nobody is to get it any more). Invariant: at most one extra copy, whatever breaks (RFC 5321, section 6.1: better twice
than never).
"""
