"""The key that seals this installation's fields. Apart from `seal.py`, so that a model may seal itself."""

from __future__ import annotations

import base64
import binascii
import hashlib
from functools import cache

from django.conf import settings

from sibulou.lib.cipher import SECRET_BYTES, Cipher, Key


@cache
def field_cipher() -> Cipher:
    """The cipher of this installation, from CIPHER_KEY and BLIND_KEY in the settings."""
    return Cipher(Key(1, _secret(settings.CIPHER_KEY)), blind_secret=_secret(settings.BLIND_KEY))


def _secret(text: str) -> bytes:
    """32 bytes that stand in Base64, as the edge hands them over; of any other text, its digest."""
    try:
        plain = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        plain = b""
    return plain if len(plain) == SECRET_BYTES else hashlib.sha256(text.encode()).digest()
