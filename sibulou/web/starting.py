"""How far each township has come since the start key was pressed: what it still lacks, and for how long (S2-S5).

The columns are those duties of a plan that a start calls for once: the order acknowledged, the township's plan, its
teams, each post opened, each post under a branch. A cell counts what is missing among what is owed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sibulou.duty.models import Event, Obligation, not_waived
from sibulou.roster.area_key import Level, ancestor
from sibulou.roster.models import Area
from sibulou.web.labels import language, word
from sibulou.web.timing_words import length_words

START = ("start.acknowledge", "township.defence_plan", "township.teams", "post.opened", "post.branch")
"""The duties of a start, in the order in which they come; a plan may lack some."""


@dataclass(frozen=True)
class Cell:
    """What one township owes of one duty: `missing` of `owed`; `late` since the first of them was due, if it is."""

    owed: int
    missing: int
    late: str
    link: str


@dataclass(frozen=True)
class Row:
    """A township and its cells, one for each column; None where nothing of the kind is owed."""

    area: Area
    cells: tuple[Cell | None, ...]

    @property
    def missing(self) -> int:
        return sum(cell.missing for cell in self.cells if cell is not None)


@dataclass(frozen=True)
class Starting:
    """The table: the titles of its columns, and a row for each township, those that lack most first."""

    titles: tuple[str, ...]
    rows: tuple[Row, ...]


def starting(event: Event, townships: Sequence[Area], now: datetime) -> Starting:
    """What every township in sight still lacks of the event's start."""
    rows = Obligation.objects.filter(stage__event=event, duty__key__in=START, opened_at__lte=now).select_related("duty")
    open_now = set(rows.filter(not_waived(now), met_at__isnull=True).values_list("pk", flat=True))
    titles: dict[str, str] = {}
    found: dict[tuple[int, str], list[Obligation]] = {}
    for row in rows:
        titles[row.duty.key] = word(row.duty.title_zh, row.duty.title_en)
        found.setdefault((ancestor(row.area_id, Level.TOWNSHIP), row.duty.key), []).append(row)
    columns = [key for key in START if key in titles]
    table = [
        Row(area, tuple(_cell(area, found.get((area.pk, key), []), open_now, now) for key in columns))
        for area in townships
    ]
    return Starting(tuple(titles[key] for key in columns), tuple(sorted(table, key=lambda row: -row.missing)))


def _cell(area: Area, owed: Sequence[Obligation], open_now: set[int], now: datetime) -> Cell | None:
    if not owed:
        return None
    missing = [row for row in owed if row.pk in open_now]
    late = max((now - row.due_at for row in missing), default=timedelta())
    return Cell(
        len(owed), len(missing), length_words(late, language()) if late >= timedelta(minutes=1) else "",
        f"/gaps/?area={area.pk}&duty={owed[0].duty_id}",
    )  # fmt: skip
