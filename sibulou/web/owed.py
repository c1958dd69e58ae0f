"""Obligations as a page shows them: where each stands now, which kinds of gap it is, and who answers for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sibulou.duty import gap
from sibulou.duty.board import Answerer, answerers
from sibulou.duty.gap import GAP_WORDS, STANDING_WORDS, GapKind, Settled, Standing, kinds, standing
from sibulou.duty.models import Obligation


@dataclass(frozen=True)
class Owed:
    """One obligation with its standing (None: not open yet), its kinds of gap and who answers for it (None: nobody)."""

    row: Obligation
    stands: Standing | None
    kinds: tuple[GapKind, ...]
    answerer: Answerer | None
    language: str

    @property
    def title(self) -> str:
        """The duty's name."""
        return self.row.duty.title_zh if self.language.startswith("zh") else self.row.duty.title_en

    @property
    def chips(self) -> list[tuple[str, str]]:
        """What to show as chips: (class, word), its kinds of gap if it is one, else where it stands."""
        shown = [(str(kind), _say(GAP_WORDS[kind], self.language)) for kind in self.kinds]
        if self.stands is None:
            return [*shown, ("", _say(("未开始", "not open yet"), self.language))]
        if self.stands is not Standing.OVERDUE:
            shown.insert(0, (str(self.stands), _say(STANDING_WORDS[self.stands], self.language)))
        return shown

    @property
    def open(self) -> bool:
        """Whether it is still to be answered."""
        return self.stands in (Standing.OVERDUE, Standing.PENDING)


def _say(words: tuple[str, str], language: str) -> str:
    return words[0] if language.startswith("zh") else words[1]


def stands_at(row: Obligation, *, now: datetime) -> Standing | None:
    """Where an obligation stands at `now`, by the rule in `duty/gap.py`; None before it opened."""
    settled = None
    if row.met_at is not None and row.known_at is not None:
        settled = Settled(row.met_at, row.known_at, str(row.met_by))
    return standing(_plain(row), settled, at=now, known=now)


def _plain(row: Obligation) -> gap.Owed:
    return gap.Owed(
        duty=row.duty_id,
        subject=row.subject_id,
        area=row.area_id,
        opened_at=row.opened_at,
        due_at=row.due_at,
        until_at=row.until_at,
        opened_by=None if row.opened_by is None else str(row.opened_by),
        gap=GapKind(row.duty.gap),
        waived_at=row.waived_at,
        waived_until=row.waived_until,
    )


def owed(rows: Iterable[Obligation], *, language: str, now: datetime) -> list[Owed]:
    """These obligations as a page shows them, in their order; the rows need their `duty`."""
    listed = list(rows)
    answering = answerers({row.seat_id for row in listed}, at=now)
    found = []
    for row in listed:
        stands = stands_at(row, now=now)
        answerer = answering.get(row.seat_id)
        named = kinds(_plain(row), stands, answered_for=answerer is not None)
        found.append(Owed(row, stands, tuple(kind for kind in GapKind if kind in named), answerer, language))
    return found
