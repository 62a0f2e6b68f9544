"""Work: how many minutes went into which ticket, doing what, billable or not.

A *timer* runs for one agent at a time and is kept here, not in a page: a reload, another tab or a crash cannot lose it. When it
stops it becomes an *entry*. An entry is counted in whole minutes on one day of its agent; minutes are rounded up by the rule that
everybody sees (`Rules`). Entries can be corrected and removed, never silently: each has its trail of *corrections*.
"""
