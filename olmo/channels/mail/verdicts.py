"""What our own mail server found out about a sender (RFC 8601): only headers that it wrote itself count."""

import re
from collections.abc import Iterable

from ..inbound import Proof

_COMMENT = re.compile(r"\([^()]*\)")
_RESULT = re.compile(r"^\s*(dmarc|dkim|spf)\s*=\s*([a-z]+)(.*)$", re.IGNORECASE | re.DOTALL)
_DKIM_DOMAIN = re.compile(r"header\.(?:d|i)\s*=\s*\"?(?:[^\s;\"@]*@)?([\w.-]+)", re.IGNORECASE)
_SPF_DOMAIN = re.compile(r"smtp\.mailfrom\s*=\s*\"?(?:[^\s;\"@]*@)?([\w.-]+)", re.IGNORECASE)
_SERVER = re.compile(r"^\s*([^\s;]+)")


def proof_of(fields: Iterable[str], server: str, domain: str) -> Proof:
    """Whether the sender's domain is proven by the verdicts of `server` (its authserv-id).

    fields: the Authentication-Results headers, topmost first; the first one of our server counts, since anything below it may
    have come with the message. dmarc decides; without it dkim or spf must have passed for the same domain (RFC 7489, 3.1).
    """
    if not server:
        return Proof.NONE
    for text in fields:
        named = _SERVER.match(text)
        if named and named.group(1).lower() == server.lower():
            return _judged(_COMMENT.sub("", text), domain.lower())
    return Proof.NONE


def _judged(text: str, domain: str) -> Proof:
    results = [match for part in text.split(";")[1:] if (match := _RESULT.match(part))]
    dmarc = [match.group(2).lower() for match in results if match.group(1).lower() == "dmarc"]
    if "pass" in dmarc:
        return Proof.PASSED
    if "fail" in dmarc:
        return Proof.FAILED
    methods = [(match.group(1).lower(), match.group(2).lower(), match.group(3)) for match in results]
    if any(result == "pass" and _is_aligned(method, rest, domain) for method, result, rest in methods):
        return Proof.PASSED
    return Proof.FAILED if any(result == "fail" for _method, result, _rest in methods) else Proof.NONE


def _is_aligned(method: str, rest: str, domain: str) -> bool:
    pattern = {"dkim": _DKIM_DOMAIN, "spf": _SPF_DOMAIN}.get(method)
    found = pattern.search(rest) if pattern else None
    proven = found.group(1).lower() if found else ""
    if "." not in proven or not domain:
        return False
    return proven == domain or domain.endswith(f".{proven}") or proven.endswith(f".{domain}")
