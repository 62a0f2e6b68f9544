"""Starting, stopping and looking after one Olmo: the commands behind `bin/olmo`.

Words: the *supervisor* is the process of `bin/olmo up`; its *children* are web, worker and mail-in; the
*embedded server* is the PostgreSQL that Olmo runs for itself in the data folder.
Invariants: nothing here imports Django unless the command needs it, so the supervisor stays small; every
failure an operator can cause ends in one line that says what to do (`problems.Problem`); a process that is
not ours is never signalled.
"""
