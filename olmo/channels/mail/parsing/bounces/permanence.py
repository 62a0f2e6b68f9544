"""Is a failure final for this address, or may a later mail arrive? (RFC 3463 classes, then the words.)

A full mailbox has class 5 by some systems and class 4 by others; the address is good, so it never counts as
permanent. Nor does a network failure that was only retried too long.
"""

import re

_PASSING = re.compile(
    r"""(?i)\b(?:quota|mailbox\s(?:is\s)?full|mail\s?folder\sis\sfull|over\s?quota|insufficient\s(?:system\s)?(?:storage|disk|space)|out\sof\sspace
    |disk\sfull|casella\spiena|boîte\spleine|postfach\s(?:ist\s)?voll|buzón\slleno|容量)"""
    , re.VERBOSE,
)  # fmt: skip
_FINAL = re.compile(
    r"""(?i)(?:permanent|fatal|unknown\s?(?:user|recipient|address|local|or\sillegal)|(?:user|recipient|mailbox|address|account|host|domain)\s(?:is\s|was\s)?(?:unknown|not\s(?:found|known|exist|listed|recogni|valid)|unrouteable|unavailable|disabled|does\snot|doesn't|rejected|invalid|inactive)
    |no\ssuch|no\smx\s|not?\sfind\sa\s(?:host|gateway)|listed\sin\s|incorrectly\sconstructed|not\slisted|does(?:\snot|n't)\s(?:exist|like|have)|no\s(?:mailbox|account)|invalid\s(?:recipient|address|user|mailbox)|not\s(?:a\s)?(?:valid|found|our\scustomer)|unrouteable|unroutable|giv(?:en|ing)\sup|rejected|refused|denied|moved
    |disabled|discontinued|recipient\sname\sis\snot\srecogni|undeliverable|could\snot\sbe\s(?:delivered|found)|unknown\s(?:host|domain)|55[0-4]\b|存在しません|宛先不明|不存在|inesistente|sconosciuto|inexistant|inconnu|unbekannt|desconocid)"""
    , re.VERBOSE,
)  # fmt: skip


def is_permanent(code: str, words: str) -> bool | None:
    """code: enhanced status code or "". words: what the systems said. None when neither tells."""
    if code.endswith(".2.2") or _PASSING.search(words[:4000]):
        return False
    if code[:1] == "5":
        return True
    if code[:1] == "4":
        return False
    return True if _FINAL.search(words[:8000]) else None
