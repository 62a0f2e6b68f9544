"""What agents write before it is sent: drafts, their approval, and how they leave (see docs/writing.md).

A draft belongs to a ticket, a kind (reply or note) and its author; there is one open draft of each. A draft that waits for its
moment (`send_at`) or for somebody's approval (`approver`) is not open, so its author may begin another one. What leaves,
leaves by the verbs of `tickets`, in the same transaction in which the draft ends: exactly once, or not at all.
"""
