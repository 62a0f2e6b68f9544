"""Abuse reports (RFC 5965, ARF), which look like bounces but say that somebody complained."""

from .tree import Part


def is_feedback(root: Part) -> bool:
    """Whether the message is a feedback report."""
    if root.headers.content_type[1].get("report-type", "").lower() == "feedback-report":
        return True
    return any(part.content_type == "message/feedback-report" for part in root.walk())
