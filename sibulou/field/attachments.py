"""Photos and voice notes: known for what they are by their bytes, named by their digest, kept sealed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sibulou.field.models import Attachment
from sibulou.field.problems import AttachmentTooLarge, NeitherPictureNorSound, OtherDigest
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.audit import By
from sibulou.roster.seal import field_cipher

MEGABYTE = 1024 * 1024
LARGEST = {"image": 3 * MEGABYTE, "audio": MEGABYTE}
_SEALED_AS = "attachment"


@dataclass(frozen=True)
class Opened:
    """An attachment as it was sent."""

    media_type: str
    plain: bytes


def media_type(plain: bytes) -> str | None:
    """What the bytes are: a whole JPEG, PNG or WebP, or a WebM, Ogg or MP4; None for anything else."""
    if plain[:3] == b"\xff\xd8\xff" and b"\xff\xd9" in plain[-64:]:
        return "image/jpeg"
    if plain[:8] == b"\x89PNG\r\n\x1a\n" and plain[12:16] == b"IHDR" and b"IEND" in plain[-64:]:
        return "image/png"
    if plain[:4] == b"RIFF" and plain[8:12] == b"WEBP":
        return "image/webp" if int.from_bytes(plain[4:8], "little") + 8 <= len(plain) + 1 else None
    if plain[:4] == b"\x1a\x45\xdf\xa3" and b"webm" in plain[:64]:
        return "audio/webm"
    if plain[:4] == b"OggS":
        return "audio/ogg"
    if plain[4:8] == b"ftyp" and 8 <= int.from_bytes(plain[:4], "big") <= len(plain):
        return "audio/mp4"
    return None


def read_attachment(plain: bytes) -> str:
    """The media type of bytes that may be kept. Raises NeitherPictureNorSound, AttachmentTooLarge."""
    found = media_type(plain)
    if found is None:
        raise NeitherPictureNorSound
    most = LARGEST[found.partition("/")[0]]
    if len(plain) > most:
        raise AttachmentTooLarge(megabytes=most // MEGABYTE)
    return found


def digest_of(plain: bytes) -> str:
    """The name of an attachment."""
    return hashlib.sha256(plain).hexdigest()


def keep_attachment(*, digest: str, plain: bytes, by: By, now: datetime) -> bool:
    """Keep an attachment under its digest; whether it was not here before.

    Raises NeitherPictureNorSound, AttachmentTooLarge, OtherDigest.
    """
    if digest_of(plain) != digest:
        raise OtherDigest
    kind = read_attachment(plain)
    with acting(EVERYTHING):
        if Attachment.objects.filter(pk=digest).exists():
            return False
        sealed = field_cipher().seal_bytes(plain, field=_SEALED_AS)
        row = Attachment(digest=digest, media_type=kind, size=len(plain), sealed=sealed, received_at=now,
                         told_by_id=by.user_id)  # fmt: skip
        Attachment.objects.bulk_create([row], ignore_conflicts=True)  # two of the same in one moment are one
    return True


def open_attachment(digest: str) -> Opened | None:
    """An attachment by its digest, for a page that has found the record which names it; None where none has come."""
    with acting(EVERYTHING):
        row = Attachment.objects.filter(pk=digest).first()
    if row is None:
        return None
    return Opened(row.media_type, field_cipher().open_bytes(bytes(row.sealed), field=_SEALED_AS))
