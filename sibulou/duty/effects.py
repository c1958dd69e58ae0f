"""What the plan's rules make of records: new obligations, and watches (`duty/watch.py`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sibulou.duty.cadence import Window, single
from sibulou.duty.force import Running
from sibulou.duty.reconcile import QUERY, first_climb, seat_of
from sibulou.duty.rule import OpenDuty
from sibulou.duty.settle import settle_opened
from sibulou.duty.told import About, Told
from sibulou.lib.sql import bound_cursor
from sibulou.roster.area_key import Level, ancestor, level_of
from sibulou.roster.models import AreaCode, Person, Subject
from sibulou.roster.role import ROLES

Happened = tuple[Told, About, datetime]
_LEVELS = {"village": Level.VILLAGE, "township": Level.TOWNSHIP, "county": Level.COUNTY}


def open_duties(
    running: Running, records: Sequence[Happened], *, facts: Callable[[About], dict[str, object]], now: datetime
) -> int:
    """Open what the rules of a running plan call for. Returns how many obligations were opened."""
    openings = [
        (effect, target, record)
        for record in records
        for effect in running.plan.effects(record[0].form, record[0].content, facts(record[1]))
        if isinstance(effect, OpenDuty)
        for target in _target(effect, record, over=running.over)
    ]
    return _open(running, openings, now=now)


def _target(effect: OpenDuty, record: Happened, *, over: tuple[int, int]) -> list[int]:
    """The subject that the new obligation is about; none where it lies outside the event."""
    told, subject, _ = record
    if effect.target == "subject":
        return [subject.pk]
    if effect.target == "household":
        if subject.kind == "household":
            return [subject.pk]
        return list(Person.objects.filter(pk=subject.pk).values_list("household_id", flat=True))
    if effect.target_field is not None:
        return _named(told.content.get(effect.target_field), over=over)
    return _nearest_area(ancestor(subject.area_id, _LEVELS[effect.target]), over=over)


def _named(value: object, *, over: tuple[int, int]) -> list[int]:
    """The subject that a form field names: the key of an area (18 digits), its official code, or a subject's number."""
    text = str(value or "")
    if not text.isdigit():
        return []
    if len(text) == 18:
        return _nearest_area(int(text), over=over)
    coded = AreaCode.objects.filter(code=text, valid_to__isnull=True).values_list("area_id", flat=True).first()
    if coded is not None:
        return _nearest_area(coded, over=over)
    return list(Subject.objects.filter(pk=int(text)).values_list("pk", flat=True))


def _nearest_area(key: int, *, over: tuple[int, int]) -> list[int]:
    """The area of this key, or the nearest above it that the roster has: a place nobody founded is missed by nobody.

    Nothing for a place outside the event: another county answers for it.
    """
    if not over[0] <= key < over[1]:
        return []
    above = [ancestor(key, level) for level in Level if level <= level_of(key)]
    found = Subject.objects.filter(kind="area", area_id__in=above, until__isnull=True).order_by("-area__level")
    return list(found.values_list("pk", flat=True)[:1])


def _owner(effect: OpenDuty, told: Told, about: About, *, usual: str) -> str:
    """The role that owes it: the one that the record names, if it sits where the record is about, else the duty's."""
    role = ROLES.get(str(told.content.get(effect.owner, ""))) if effect.owner else None
    if role is None or effect.target != "subject":
        return usual
    sits = about.kind in role.on if role.level is None else level_of(about.area_id) >= role.level
    return role.key if sits else usual


def _by_when(windows: Sequence[Window], effect: OpenDuty, told: Told) -> list[Window]:
    """The windows, due when the record says, and told upward as long after that as the duty tells; never before they
    open."""
    said = told.content.get(effect.due) if effect.due else None
    if not said:
        return list(windows)
    given = datetime.fromisoformat(str(said))
    moved = []
    for window in windows:
        due = max(given, window.opens)
        warn = min(window.warn, due)
        moved.append(replace(window, warn=warn, due=due, tell=due + (window.tell - window.due)))
    return moved


def _open(running: Running, openings: Sequence[tuple[OpenDuty, int, Happened]], *, now: datetime) -> int:
    """Open obligations in one statement, each in a window that begins when its record happened."""
    columns: dict[str, list[Any]] = {
        name: []
        for name in ("duty", "subject", "stage", "role", "span", "on_subject", "opens", "warn", "due", "tell", "until",
                     "climb", "opened_by")
    }  # fmt: skip
    for effect, target, (told, about, happened_at) in openings:
        duty = running.plan.duties[effect.duty]
        cadence = duty.timing(running.stage.level)
        if cadence is None:
            continue
        seat = seat_of(_owner(effect, told, about, usual=duty.owner))
        for window in _by_when(single(cadence, since=happened_at, zone=running.plan.zone), effect, told):
            row = {
                "duty": running.duty_ids[duty.key], "subject": target, "stage": running.stage.pk, **seat,
                "opens": window.opens, "warn": window.warn, "due": window.due, "tell": window.tell,
                "until": window.until, "climb": first_climb(running, duty.key, window.warn), "opened_by": told.id,
            }  # fmt: skip
            for name, value in row.items():
                columns[name].append(value)
    if not columns["duty"]:
        return 0
    with bound_cursor() as cursor:
        cursor.execute(QUERY["triggered_seats"], columns)
        cursor.execute(QUERY["triggered"], {**columns, "now": now})
        opened = [row[0] for row in cursor.fetchall()]
    settle_opened(opened, now=now)
    return len(opened)
