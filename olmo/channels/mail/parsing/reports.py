"""Abuse reports (RFC 5965, ARF), which look like bounces but say that somebody complained."""

import re

from .tree import Part

_SUBJECT = re.compile(
    r"(?i)^\s*complaint about message from \d|^\s*(?:abuse|spam|feedback) (?:complaint|report) (?:about|for|from)\b"
)


def is_feedback(root: Part, subject: str, text: str) -> bool:
    """Whether the message is a feedback report: by its type, a relay's notification, or a provider's own form."""
    if root.headers.content_type[1].get("report-type", "").lower() == "feedback-report":
        return True
    if any(part.content_type == "message/feedback-report" for part in root.walk()):
        return True
    if _SUBJECT.match(subject) and any(part.content_type == "message/rfc822" for part in root.walk()):
        return True
    return '"notificationType' in (start := text[:300].replace("\\", "")) and '"Complaint"' in start
