"""Tokens and invitation codes: 256 random bits for a device, 60 for a code of fifteen minutes; digests are kept.

A code carries its county, so that a phone that scans another county's is told so: `530499-7K3M-Q9TA-2XHB`, the six
digits of the county and twelve signs of Crockford's alphabet, which has no I, L, O, U to be mistaken.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import timedelta

TOKEN_LASTS = timedelta(days=30)
CODE_LASTS = timedelta(minutes=15)
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans("OIL", "011")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def new_token() -> str:
    """A device's secret: 43 signs that stand in a header as they are."""
    return secrets.token_urlsafe(32)


def token_digest(token: str) -> bytes | None:
    """What is kept of a token; None for a text that can be none."""
    return hashlib.sha256(token.encode()).digest() if _TOKEN.fullmatch(token) else None


def new_code(county: str) -> str:
    """An invitation's code, in groups of four as one types it. `county`: six digits."""
    signs = "".join(secrets.choice(_SIGNS) for _ in range(12))
    return "-".join((county, signs[:4], signs[4:8], signs[8:]))


def plain_code(typed: str) -> str:
    """The code as it is digested: capitals, without dashes and blanks, misread signs set right; "" for no code."""
    plain = re.sub(r"[\s-]+", "", typed.upper())
    county, signs = plain[:6], plain[6:].translate(_MISREAD)
    fits = county.isascii() and county.isdigit() and len(signs) == 12 and all(sign in _SIGNS for sign in signs)
    return county + signs if fits else ""


def code_digest(code: str) -> bytes:
    """What is kept of a code, however it was typed."""
    return hashlib.sha256(plain_code(code).encode()).digest()
