"""Verbs of knowledge: write, ask for review, approve, publish, retire, restore. Each leaves a step in the article's trail.

A text goes from its author to a second person and only then to readers. `seen` is the version of the article on the author's
page: a verb that is given it refuses (Conflict) to go on from a state that is gone.
"""

from .importing import take_in
from .publishing import approve, ask_review, publish, retire, reviewed, revive, send_back
from .setting import Settings, change_settings, checked_key, create
from .writing import Text, change_files, checked, is_same, restore, text_of, write

__all__ = [
    "Settings",
    "Text",
    "approve",
    "ask_review",
    "change_files",
    "change_settings",
    "checked",
    "checked_key",
    "create",
    "is_same",
    "publish",
    "restore",
    "retire",
    "reviewed",
    "revive",
    "send_back",
    "take_in",
    "text_of",
    "write",
]
