"""What a county owes and how it stands, in plain Python: no database, no SQL, nothing shared with `queries/`.

The oracle keeps lists of facts and works everything out anew whenever it is asked: who is in a scope, which windows
that gives, which records were known, who answered. Slow, and short enough to be believed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sibulou.duty.cadence import Cadence, Daily, Every, Triggered, Window, grid, is_stricter, owes, single
from sibulou.duty.chain import Away, Barred, Held, Span, answering, vacant_since
from sibulou.duty.gap import Owed, Standing, Told, area_at, effective, settle, standing, unowned_since
from sibulou.duty.plan_parts import Duty, Plan
from sibulou.duty.rule import LiftWatch, OpenDuty, PutUnderWatch
from sibulou.roster.area_key import Level, ancestor, key_range, level_of
from sibulou.roster.role import ROLES

AHEAD = timedelta(hours=24)
Place = tuple[str, int, int | None]
"""A seat by what it is: role, area, and the subject it sits on."""
Window_of = tuple[str, int, datetime, str | None]
"""What names an obligation: duty, subject, opening, and the record that opened it."""


@dataclass(frozen=True)
class Thing:
    """A subject on the roster."""

    id: int
    kind: str
    area: int
    since: datetime
    until: datetime | None = None
    listed: int = 0
    entered: datetime | None = None


@dataclass(frozen=True)
class Heard:
    """A record as it was accepted, with its content and the facts about its subject at that moment."""

    told: Told
    content: Mapping[str, object]
    facts: Mapping[str, object]


@dataclass
class Row:
    """One obligation, every change of what lifts it: (changed at, waived from, waived until), and where it lay before.

    That is (until, area, seat) of each move it followed its subject in; nowhere if the move called for it.
    """

    duty: str
    subject: int
    area: int
    seat: Place
    window: Window
    opened_by: str | None = None
    heard_at: datetime | None = None
    lifts: list[tuple[datetime, datetime | None, datetime | None]] = field(default_factory=list)
    stays: list[tuple[datetime, int | None, Place | None]] = field(default_factory=list)

    @property
    def name(self) -> Window_of:
        return self.duty, self.subject, self.window.opens, self.opened_by

    def lift_at(self, at: datetime) -> tuple[datetime | None, datetime | None]:
        """What lifted it as of a moment: from when, until when."""
        known = [(since, until) for changed, since, until in self.lifts if changed <= at]
        return known[-1] if known else (None, None)


@dataclass(frozen=True)
class Showing:
    """How one obligation is shown at a moment."""

    name: Window_of
    area: int
    standing: Standing
    unowned: bool
    since: datetime
    """Since when it is a gap, if it is one."""


class Oracle:
    """One county and one event on one plan."""

    def __init__(self, plan: Plan, *, area: int, level: str, start: datetime, things: Iterable[Thing]) -> None:
        self.plan, self.area = plan, area
        self.stages: list[tuple[datetime, str]] = [(start, level)]
        self.stricter: list[tuple[datetime, int, str, Cadence]] = []
        self.things = {thing.id: thing for thing in things}
        self.heard: list[Heard] = []
        self.rows: dict[Window_of, Row] = {}
        self.held: list[tuple[Place, Held]] = []
        self.away: list[tuple[Place | None, Away]] = []
        self.watched: list[tuple[datetime, list[Barred]]] = []
        """The officers under watch, as it was known from each moment on."""
        self.closed: list[Barred] = []
        self.closed_seats, self.order = 0, 100
        self.ended_seats: set[Place] = set()
        self.duty_numbers = {key: number for number, key in enumerate(plan.duties)}

    # --- who owes what

    def level_at(self, at: datetime) -> str:
        """The level in force at a moment; the first one before the event."""
        return next((level for start, level in reversed(self.stages) if start <= at), self.stages[0][1])

    def timings(self, duty: Duty, area: int) -> Iterator[tuple[Cadence, datetime, datetime | None, datetime]]:
        """The timings of a duty at an area, one after the other: cadence, from, until, and since when its grid runs."""
        moments = sorted({start for start, _ in self.stages} | {start for start, *_ in self.stricter})
        moments = [moment for moment in moments if moment >= self.stages[0][0]]
        before: tuple[Cadence, datetime] | None = None
        for start, end in zip(moments, [*moments[1:], None], strict=True):
            cadence = self.timing(duty, area, start)
            if cadence is None:
                before = None
                continue
            runs_on = before is not None and _same_openings(before[0], cadence)
            counts_from = before[1] if before is not None and runs_on else start
            before = cadence, counts_from
            yield cadence, start, end, counts_from

    def timing(self, duty: Duty, area: int, at: datetime) -> Cadence | None:
        """The nearest setting upward, as far as it asks for more than the one above it."""
        cadence = duty.timing(self.level_at(at))
        if cadence is None:
            return None
        for level in Level:
            own = [
                timing
                for start, where, key, timing in self.stricter
                if start <= at and key == duty.key and where == ancestor(area, level) and level_of(where) == level
            ]
            if own and level <= level_of(area) and is_stricter(cadence, own[-1]):
                cadence = own[-1]
        return cadence

    def called(self, now: datetime) -> dict[Window_of, Row]:
        """Every obligation of the calendar that the roster and the records as they are call for by now."""
        found: dict[Window_of, Row] = {}
        for duty in self.plan.duties.values():
            for thing, since, until in self.scope(duty.scope):
                for window in self._windows(duty, thing, since, now):
                    if owes(window, since=since, until=until):
                        late = thing.entered if thing.entered and thing.entered > window.opens else None
                        row = Row(duty.key, thing.id, thing.area, self.seat(duty, thing), window, heard_at=late)
                        found[row.name] = row
        return found

    def _windows(self, duty: Duty, thing: Thing, since: datetime, now: datetime) -> Iterator[Window]:
        for cadence, start, end, counts_from in self.timings(duty, thing.area):
            upto = now + AHEAD if end is None else min(end, now + AHEAD)
            if isinstance(cadence, Triggered):
                continue
            if isinstance(cadence, Daily | Every):
                windows = grid(cadence, start=counts_from, end=end, upto=upto, zone=self.plan.zone)
            else:
                windows = single(cadence, since=max(since, counts_from), zone=self.plan.zone)
            yield from (window for window in windows if start <= window.opens < upto)

    def scope(self, key: str) -> Iterator[tuple[Thing, datetime, datetime | None]]:
        """Who is in a scope, and from when until when."""
        kinds = {"people": "person", "households": "household", "institutions.pharmacies": "institution"}
        if key in kinds:
            yield from ((one, one.since, one.until) for one in self.things.values() if one.kind == kinds[key])
        elif key == "areas.villages":
            for one in self.things.values():
                if one.kind == "area" and level_of(one.area) is Level.VILLAGE:
                    yield one, one.since, one.until
        elif key == "people.watched":
            for subject, spans in self.watches().items():
                yield from ((self.things[subject], start, end) for start, end in spans)
        elif key == "people.released":
            for subject, spans in self.watches().items():
                yield from ((self.things[subject], end, None) for _, end in spans if end is not None)
        else:
            raise ValueError(key)

    def watches(self) -> dict[int, list[tuple[datetime, datetime | None]]]:
        """The unbroken spans under watch of each person, by the records that stand."""
        puts: dict[int, list[tuple[datetime, datetime | None]]] = {}
        lifts: dict[int, list[datetime]] = {}
        standing_ids = {told.id for told in effective(one.told for one in self.heard)}
        for one in self.heard:
            if one.told.id not in standing_ids:
                continue
            for effect in self.plan.effects(one.told.form, one.content, one.facts):
                if isinstance(effect, LiftWatch):
                    lifts.setdefault(one.told.subject, []).append(one.told.happened_at)
                elif isinstance(effect, PutUnderWatch):
                    puts.setdefault(one.told.subject, []).append((one.told.happened_at, None))
        spans: dict[int, list[tuple[datetime, datetime | None]]] = {}
        for subject, starts in puts.items():
            ended = [(start, min((at for at in lifts.get(subject, ()) if at >= start), default=None))
                     for start, _ in starts]  # fmt: skip
            spans[subject] = _union([(start, end) for start, end in ended if end != start])
        return spans

    def seat(self, duty: Duty, thing: Thing) -> Place:
        """Whose obligation it is."""
        level = ROLES[duty.owner].level
        return (duty.owner, thing.area, thing.id) if level is None else (duty.owner, ancestor(thing.area, level), None)

    # --- what happens

    def hear(self, heard: Heard) -> None:
        """A record arrives; what its rules call for is owed, whoever has corrected it or will."""
        self.heard.append(heard)
        told = heard.told
        for effect in () if told.withdraws else self.plan.effects(told.form, heard.content, heard.facts):
            if not isinstance(effect, OpenDuty):
                continue
            duty = self.plan.duties[effect.duty]
            cadence = duty.timing(self.level_at(told.happened_at))
            thing = self.things[self._target(effect, heard)]
            for window in () if cadence is None else single(cadence, since=told.happened_at, zone=self.plan.zone):
                row = Row(duty.key, thing.id, thing.area, self.seat(duty, thing), window, told.id, told.received_at)
                self.rows.setdefault(row.name, row)

    def _target(self, effect: OpenDuty, heard: Heard) -> int:
        if effect.target == "subject":
            return heard.told.subject
        assert effect.target_field is not None
        named = int(str(heard.content[effect.target_field]))
        return next((one.id for one in self.things.values() if one.kind == "area" and one.area == named), named)

    def change(self, now: datetime, *, area: int | None = None, duty: str | None = None) -> None:
        """Another timing holds from now on: what was opened ahead there and is untouched is taken back."""
        low, high = key_range(area or self.area)
        for name, row in list(self.rows.items()):
            ahead = row.window.opens >= now and row.opened_by is None and not row.lifts
            if ahead and low <= row.area < high and duty in (None, row.duty) and self._settled(row, now) is None:
                del self.rows[name]

    def pass_time(self, now: datetime) -> None:
        """Open what is called for; end what a lifted watch or a correction calls for no more, or take that back."""
        called = self.called(now)
        for name, row in called.items():
            if row.window.opens < now:
                row.heard_at = now
            self.rows.setdefault(name, row)
        replaced = {one.told.corrects for one in self.heard if one.told.corrects} - {
            one.id for one in effective(one.told for one in self.heard)
        }
        for row in self.rows.values():
            follows = self.plan.duties[row.duty].scope in ("people.watched", "people.released")
            since, until = row.lift_at(now)
            ended = since is not None and until is None
            if row.opened_by is not None:
                if row.opened_by in replaced and not ended:
                    row.lifts.append((now, now, None))
            elif follows and row.name not in called and not ended and self._settled(row, now) is None:
                row.lifts.append((now, now, None))
            elif follows and row.name in called and ended and self._settled(row, now) is None:
                row.lifts.append((now, None, None))

    def move(self, subjects: Iterable[int], *, to: int, now: datetime) -> None:
        """What is not due follows; what is called for there alone begins now, what is called for there no more ends."""
        moved = set(subjects)
        for number in moved:
            self.things[number] = replace(self.things[number], area=to)
        self._move_seats(moved, to)
        for row in self.rows.values():
            if row.subject in moved and row.window.due > now and self._open(row, now):
                row.stays.append((now, row.area, row.seat))
                row.area, row.seat = to, self.seat(self.plan.duties[row.duty], self.things[row.subject])
        self._answer_on(now)
        called = self.called(now)
        for name, row in called.items():
            if row.subject in moved and name not in self.rows:
                self.rows[name] = row
                if row.window.opens < now:
                    row.heard_at, row.stays = now, [(now, None, None)]
                if row.window.warn <= now and self._open(row, now):
                    row.lifts.append((now, now, None))
        for name, row in self.rows.items():
            uncalled = row.opened_by is None and name not in called and row.window.due > now
            if row.subject in moved and uncalled and self._open(row, now):
                row.lifts.append((now, now, None))

    def _open(self, row: Row, now: datetime) -> bool:
        """Whether it is neither met nor ended, as known now."""
        since, until = row.lift_at(now)
        return self._settled(row, now) is None and (since is None or until is not None)

    def _move_seats(self, moved: set[int], to: int) -> None:
        """Seats on the subjects go along within the village; else they are closed, and called otherwise from now on."""
        places = {where for where, _ in self.held} | {row.seat for row in self.rows.values()}
        for role, area, subject in places:
            if subject not in moved or area == to or role.endswith(")"):
                continue
            if ancestor(area, Level.VILLAGE) == ancestor(to, Level.VILLAGE):
                self._rename((role, area, subject), (role, to, subject))
            else:
                self.closed_seats += 1
                self._rename((role, area, subject), (f"{role} (closed {self.closed_seats})", area, subject))

    def _rename(self, one: Place, other: Place) -> None:
        self.held = [(other if where == one else where, held) for where, held in self.held]
        self.away = [(other if where == one else where, away) for where, away in self.away]
        for row in self.rows.values():
            row.seat = other if row.seat == one else row.seat
            row.stays = [(until, area, other if seat == one else seat) for until, area, seat in row.stays]

    def _answer_on(self, now: datetime) -> None:
        """Terms of the seats closed just now end; who sat there answers on for what is open of what came due."""
        owing = {row.seat for row in self.rows.values() if self._open(row, now)}
        for place, held in list(self.held):
            during = held.during
            lasting = during.ends is None or during.ends > now
            if not place[0].endswith(")") or place in self.ended_seats or not lasting:
                continue
            ends = max(now, during.starts)
            over = replace(held, during=replace(during, ends=ends, before=(*during.before, (now, during.ends))))
            self.held[self.held.index((place, held))] = place, over
            if during.starts < now and place in owing:
                self.order += 1
                self.held.append((place, replace(held, during=Span(now, during.ends, entered=now), order=self.order)))
        self.ended_seats |= {place for place, _ in self.held if place[0].endswith(")")}

    # --- how it stands

    def _settled(self, row: Row, known: datetime) -> object:
        return settle(self._owed(row, known, known), self._known(known))

    def _known(self, known: datetime) -> list[Told]:
        return [one.told for one in self.heard if one.told.received_at <= known]

    def _owed(self, row: Row, at: datetime, known: datetime) -> Owed:
        since, until = row.lift_at(min(at, known))
        return Owed(
            self.duty_numbers[row.duty], row.subject, row.area, row.window.opens, row.window.due, row.window.until,
            row.opened_by, waived_at=since, waived_until=until, heard_at=row.heard_at,
            stays=tuple((moved, area) for moved, area, _ in row.stays),
        )  # fmt: skip

    def chain(self, place: Place, at: datetime, known: datetime | None) -> tuple[int | None, datetime | None]:
        """Who answers for a seat, and if nobody does, since when."""
        held = [held for where, held in self.held if where == place]
        away = [replace(away, seat=None if where is None else 0 if where == place else 1) for where, away in self.away]
        watched = [spans for since, spans in self.watched if known is None or since <= known]
        barred = [*(watched[-1] if watched else ()), *self.closed]
        who = answering(0, at=at, held=held, away=away, barred=barred, known=known)
        since = None if who else vacant_since(0, at=at, held=held, away=away, barred=barred, known=known)
        return who, since

    def show(self, at: datetime, known: datetime, *, live: bool = False) -> list[Showing]:
        """How everything stood at a moment, by what was known at another."""
        told = self._known(known)
        shown = []
        for row in self.rows.values():
            owed = self._owed(row, at, known)
            stands = standing(owed, settle(owed, told), at=at, known=known)
            area = area_at(owed, at=at, known=known)
            if stands is not None and area is not None:
                seat = next((seat for until, _, seat in row.stays if until > min(at, known)), row.seat)
                assert seat is not None
                who, vacant = self.chain(seat, at, None if live else known)
                since = owed.due_at if stands is Standing.OVERDUE else unowned_since(owed.opened_at, vacant)
                shown.append(Showing(row.name, area, stands, who is None, since))
        return shown


def _same_openings(one: Cadence, other: Cadence) -> bool:
    """Whether two timings open at the same moments from the same start."""
    if isinstance(one, Every) and isinstance(other, Every):
        return (one.days, one.opens) == (other.days, other.opens)
    return type(one) is type(other)


def _union(spans: list[tuple[datetime, datetime | None]]) -> list[tuple[datetime, datetime | None]]:
    """Spans that touch or overlap are one."""
    joined: list[tuple[datetime, datetime | None]] = []
    for start, end in sorted(spans, key=lambda span: span[0]):
        if joined and (joined[-1][1] is None or start <= joined[-1][1]):
            before, until = joined[-1]
            joined[-1] = before, None if until is None or end is None else max(until, end)
        else:
            joined.append((start, end))
    return joined


def span(starts: datetime, ends: datetime | None) -> Span:
    """A span of time."""
    return Span(starts, ends)
