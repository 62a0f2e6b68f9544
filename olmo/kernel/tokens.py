"""Random tokens for links and replies; only their digests are stored."""

import hashlib
import secrets

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # no letters that are read wrongly on a phone


def new_token(length: int = 32) -> str:
    """A random word of `length` characters (about 4.95 bits each), safe in URLs and addresses in any letter case."""
    letters = ""
    while len(letters) < length:
        letters += "".join(_ALPHABET[byte % 31] for byte in secrets.token_bytes(2 * length) if byte < 248)  # 8 x 31
    return letters[:length]


def token_digest(token: str) -> str:
    """What the database keeps of a token (sha256, 64 hex characters)."""
    return hashlib.sha256(token.encode()).hexdigest()
