"""The only list of what happens when a ticket changes.

INSIDE runs in the same transaction and may refuse the write (at most three). AFTER runs as a job, at least once, in order per
ticket, and must be idempotent; what it changes, it changes by verbs.
"""

from olmo.automation import macros
from olmo.channels import queries as mail
from olmo.channels import reactions as channels
from olmo.desk.lists import saved
from olmo.escalation import reactions as escalation
from olmo.fulfilment import queries as tasks
from olmo.fulfilment import reactions as fulfilment
from olmo.fulfilment import undoing as undone_tasks
from olmo.notifications import devices, pushing, telling_suggestions
from olmo.notifications import reactions as notifications
from olmo.outbox.models import PUSH
from olmo.procedures import reactions as procedures
from olmo.requests import reactions as requests
from olmo.routing import reactions as routing
from olmo.routing.assignment import giving
from olmo.routing.rules import keeping
from olmo.service_levels import clocks, hours, remaining
from olmo.surveys import reactions as surveys
from olmo.tickets import concerns, preparing, search, standing
from olmo.worklog import entering
from olmo.writing import references

INSIDE = [standing.keep, search.index, clocks.keep]
AFTER = [
    channels.follow,
    surveys.follow,
    notifications.tell,
    routing.follow,
    giving.follow,
    fulfilment.follow,
    procedures.follow,
    escalation.follow,
    requests.follow,
]
BEFORE_DONE = [fulfilment.require_over]  # may refuse that an agent resolves or closes a ticket
TAKEN_BACK = [undone_tasks.take_back]  # what an undo means for the rows of other rooms; may refuse it
ASSETS_NAMED = [concerns.naming]  # which assets something names that stays with their organisation
NAMES = {"task": tasks.titles}  # what the log calls the things of other rooms, by their ids
GIVEN_UP = [notifications.given_up]  # of envelopes that were not delivered
MAILBOX_FAILED = [notifications.mailbox_failing]  # of mailboxes that cannot be read
SUGGESTED = [telling_suggestions.tell]  # of what readers say of articles (the id of the suggestion)
SIGNED_OUT = [devices.signed_out]  # of a person and the session that ended
# What names a tag follows when it is renamed: (old, new, by) -> how many changed.
RETAGGED = {
    "templates": preparing.follow_tag, "macros": macros.follow_tag, "rules": keeping.follow_tag, "views": saved.follow_tag
}  # fmt: skip
CARRIERS = {PUSH: pushing.carry}  # who carries what leaves by another way than mail
IN_ROWS = {"promise": remaining.OF_ROW}  # what rows of lists show beside the ticket: name -> expression over it (`t`)
# What rules about tickets ask the rooms beside theirs: mailboxes and calendars, by their ids.
MAILBOXES, MAILBOX_CHOICES = mail.mailboxes_of, mail.mailbox_choices
HOURS, CALENDAR_CHOICES = hours.counting, hours.choices
SENT = [entering.with_message]  # of a draft that left: the minutes of work that were typed with it; may refuse it
ARTICLES_USED = references.used_on  # which articles were put into answers, for the proposals of procedures
WORKING_AFTER = hours.after  # when so many working minutes are over, for the due times of tasks
