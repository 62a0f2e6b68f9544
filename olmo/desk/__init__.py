"""The agents' shell: the list, the ticket, search, people, and the administration of the desk.

Everything here is thin: a view reads a form, calls a verb of a room below and answers with a page (or the parts of it that
changed, when a script asks). No rule lives here. Every page and every verb works without JavaScript.

A folder for each kind of work: `lists`, `ticket` (the page and what stands beside it), `writing`, `calls`, `worklog`,
`escalation`, `service_levels`, `staffing`, `knowledge`, `assets`, `reports`, `admin`; `forms` are the fields of single
changes. Here stands what every page shares: `shell`, `commands` with their keys and the palette, `places` (addresses),
`undoing`, `notices`, `people`.
"""
