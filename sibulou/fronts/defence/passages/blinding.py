"""By what a passage is found again: blind indexes of plate, telephone, identity number and name (decision 0008)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from django.conf import settings

from sibulou.fronts.defence.passages.plates import read_plate
from sibulou.lib.cipher import normalised
from sibulou.lib.problem import Problem
from sibulou.roster.identity import read_identity
from sibulou.roster.phone import read_phone
from sibulou.roster.seal import IDENTITY, PERSON_PHONE, field_cipher

PLATE, NAME = "passage.plate", "passage.name"


@dataclass(frozen=True)
class Blinds:
    """16 bytes for each that is known, None for what is not."""

    plate: bytes | None
    phone: bytes | None
    identity: bytes | None
    name: bytes | None


def blinds_of(content: Mapping[str, object], *, today: date) -> Blinds:
    """The indexes of one passage's answers, as they were told."""
    return Blinds(
        plate=blind_plate(_text(content, "plate")),
        phone=blind_phone(_text(content, "phone")),
        identity=blind_identity(_text(content, "id_number"), today=today),
        name=blind_name(_text(content, "name")),
    )


def blind_plate(typed: str) -> bytes | None:
    """The index of a plate; None where there is none."""
    return _blind(read_plate(typed).text, PLATE)


def blind_phone(typed: str) -> bytes | None:
    """The index of a telephone, the same as the roster's where it can be rung; else of what was typed."""
    text = typed
    with suppress(Problem):
        text = read_phone(typed, demo=bool(settings.DEMO)).matching
    return _blind(text, PERSON_PHONE)


def blind_identity(typed: str, *, today: date) -> bytes | None:
    """The index of an identity number, the same as the roster's where it is one; else of what was typed."""
    text = typed
    with suppress(Problem):
        text = read_identity(typed, today=today, demo=bool(settings.DEMO)).matching or ""
    return _blind(text, IDENTITY)


def blind_name(typed: str) -> bytes | None:
    """The index of a whole name."""
    return _blind(typed, NAME)


def _blind(text: str, field: str) -> bytes | None:
    return field_cipher().blind(text, field=field) if normalised(text) else None


def _text(content: Mapping[str, object], key: str) -> str:
    value = content.get(key)
    return value if isinstance(value, str) else ""
