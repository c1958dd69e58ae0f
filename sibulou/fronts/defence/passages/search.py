"""Passages found again: by plate, telephone, identity number or name (blind indexes), by post and by time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from sibulou.fronts.defence.models import Passage
from sibulou.fronts.defence.passages.blinding import blind_identity, blind_name, blind_phone, blind_plate


@dataclass(frozen=True)
class Sought:
    """What is known of a passage; all of it must fit. Texts as they were typed, empty where nothing is known.

    `before`: the moment of the last one seen, for what is further back.
    """

    plate: str = ""
    phone: str = ""
    identity: str = ""
    name: str = ""
    post: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: datetime | None = None

    @property
    def personal(self) -> bool:
        """Whether somebody or his vehicle is looked for, and not an hour or a post."""
        return bool(self.plate or self.phone or self.identity or self.name)


def find_passages(sought: Sought, *, today: date, most: int) -> Sequence[Passage]:
    """The newest that fit, as far as the reach that stands goes."""
    blinds = {
        "plate": blind_plate(sought.plate),
        "phone": blind_phone(sought.phone),
        "identity": blind_identity(sought.identity, today=today),
        "name": blind_name(sought.name),
    }
    wanted = Q(**{key: blind for key, blind in blinds.items() if blind is not None})
    if sought.personal and not wanted:
        return []  # "-" is typed for a plate that is none: nobody is found by it
    if sought.post is not None:
        wanted &= Q(post_id=sought.post)
    for key, moment in (("gte", sought.since), ("lt", sought.until), ("lt", sought.before)):
        if moment is not None:
            wanted &= Q(**{f"happened_at__{key}": moment})
    return list(Passage.objects.filter(wanted).order_by("-happened_at")[:most])
