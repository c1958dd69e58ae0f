"""The field: a function of seed and obligation that says when its record is told, by whom, and what it says.

It has no memory. Asked again it says the same, so the ten days that were loaded at one go and the days that are
lived one record at a time are one history.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import numpy as np

from sibulou.demo.dice import Dice, Ints
from sibulou.demo.habits import Content, County, delay, habit_of
from sibulou.demo.roll import NEVER, Owed
from sibulou.duty.form import check_content
from sibulou.duty.personal import seal_answers
from sibulou.duty.plan_parts import Plan
from sibulou.duty.told import Told
from sibulou.roster.area_key import level_of


@dataclass(frozen=True)
class Deed:
    """One record on its way: what is told of which subject, when it happened, when it arrives, from whose seat."""

    id: str
    form: str
    subject: int
    area: int
    happened: int
    received: int
    seat: int
    content: int
    answers: UUID | None = None
    corrects: UUID | None = None


@dataclass
class Book:
    """The distinct contents that are written, each checked by its form once; a deed names one by its place."""

    plan: Plan
    contents: list[Content] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    _places: dict[str, int] = field(default_factory=dict)

    def place(self, form: str, content: Content) -> int:
        """The place of a content. Raises WrongShape when the form does not take it."""
        clean = check_content(self.plan.forms[form], content)
        text = json.dumps(clean, ensure_ascii=False)
        key = f"{form} {text}"
        if key not in self._places:
            self._places[key] = len(self.contents)
            self.contents.append(clean)
            self.texts.append(json.dumps(seal_answers(self.plan.forms[form], clean), ensure_ascii=False))
            self.said.append(json.dumps(clean, sort_keys=True))
        return self._places[key]


Withheld = Mapping[tuple[str, int], tuple[int, int]]
"""Duties of subjects for which nothing is told between two moments: planted silence."""


def deeds(
    county: County, book: Book, owed: Owed, duty_keys: Mapping[int, str], withheld: Withheld | None = None
) -> list[Deed]:
    """What the field will tell of these obligations, in no order; those that nobody will ever answer are left out."""
    found: list[Deed] = []
    for duty in np.unique(owed.duty).tolist():
        habit = habit_of(book.plan, duty_keys[duty])
        if habit is None:
            continue
        part = owed.only(owed.duty == duty)
        dice = Dice(county.seed, duty_keys[duty])
        happened = habit.rhythm(county, part, dice)
        part, happened = part.only(happened < NEVER), happened[happened < NEVER]
        if len(part):
            closers = book.plan.closers(duty_keys[duty], habit.form)
            answering = any(closer.answers for closer in closers)
            said = habit.words(county, part, dice)
            places = np.array([book.place(habit.form, content) for content in said.contents])[said.which]
            found += [
                deed
                for deed in _deeds(county, part, happened, (habit.form, answering), places)
                if not withheld or not kept_back(duty_keys[duty], deed, withheld)
            ]
    return found


def kept_back(duty: str, deed: Deed, withheld: Withheld) -> bool:
    """Whether a planted silence covers what would be told."""
    since, until = withheld.get((duty, deed.subject), (0, 0))
    return since <= deed.happened < until


def _deeds(
    county: County, owed: Owed, happened: Ints, by: tuple[str, bool], places: Ints
) -> list[Deed]:  # fmt: skip
    form, answering = by
    received = delay(county, owed, happened)
    openers = [owed.opened_by.get(one) for one in owed.id.tolist()] if owed.opened_by else [None] * len(owed)
    salt = np.array([0 if one is None else one.int & 0x7FFF_FFFF_FFFF_FFFF for one in openers], dtype=np.int64)
    ids = record_ids(Dice(county.seed, form), happened, owed.subject, owed.duty, owed.opened, salt)
    columns = (ids, owed.subject.tolist(), owed.area.tolist(), happened.tolist(), received.tolist(),
               owed.seat.tolist(), places.tolist(), openers)  # fmt: skip
    return [
        Deed(one, form, subject, area, when, heard, seat, place, opener if answering else None)
        for one, subject, area, when, heard, seat, place, opener in zip(*columns, strict=True)
    ]


def record_ids(dice: Dice, happened: Ints, *keys: Ints) -> list[str]:
    """Ids as devices make them (UUID version 7) of records made at these moments; the same keys give the same."""
    high, low = dice.bits("high", *keys), dice.bits("low", *keys)
    first = (high & np.uint64(0xFFF)).tolist()
    second = (low & np.uint64((1 << 62) - 1) | np.uint64(1 << 63)).tolist()
    return [
        f"{moment:08x}-{milliseconds:04x}-7{a:03x}-{b >> 48:04x}-{b & 0xFFFF_FFFF_FFFF:012x}"
        for moment, milliseconds, a, b in zip(
            (happened * 1000 >> 16).tolist(), (happened * 1000 & 0xFFFF).tolist(), first, second, strict=True
        )
    ]


def as_told(deed: Deed, book: Book, offset: int) -> Told:
    """The deed as a device sends it."""
    return Told(
        id=UUID(deed.id),
        form=deed.form,
        subject=deed.subject,
        happened_at=moment(deed.happened, offset),
        content=dict(book.contents[deed.content]),
        answers=deed.answers,
        corrects=deed.corrects,
    )


def moment(seconds: int, offset: int = 0) -> datetime:
    """An aware moment in the zone that is `offset` seconds ahead of UTC."""
    zone = timezone(timedelta(seconds=offset)) if offset else UTC
    return datetime.fromtimestamp(seconds, zone)


@dataclass
class Judge:
    """What intake would make of a record: which duties it may meet by itself, which as an answer, and whether a rule
    follows. Each different record is judged once.
    """

    book: Book
    duty_ids: Mapping[str, int]
    sizes: Mapping[int, int]
    languages: Mapping[int, str]
    _judged: dict[tuple[Any, ...], tuple[str, str, bool]] = field(default_factory=dict)

    def judge(self, deed: Deed) -> tuple[str, str, bool]:
        """The duties as PostgreSQL writes two arrays, and whether any rule calls for something."""
        facts = self.facts(deed)
        key = (deed.form, deed.content, deed.answers is None, *facts.values())
        if key not in self._judged:
            self._judged[key] = self._judge(deed, facts)
        return self._judged[key]

    def facts(self, deed: Deed) -> dict[str, object]:
        """What rules may ask of the subject, as intake gives it."""
        kind = self.book.plan.forms[deed.form].kind
        facts: dict[str, object] = {"kind": kind}
        if kind == "household":
            facts["listed"] = self.sizes[deed.subject]
            if deed.subject in self.languages:
                facts["language"] = self.languages[deed.subject]
        if kind == "area":
            facts["level"] = level_of(deed.area).name.lower()
        return facts

    def _judge(self, deed: Deed, facts: dict[str, object]) -> tuple[str, str, bool]:
        plan, content = self.book.plan, self.book.contents[deed.content]
        by_itself, as_answer = plan.meeting(deed.form, content, facts)
        if deed.answers is None:
            as_answer = ()
        return self._array(by_itself), self._array(as_answer), bool(plan.effects(deed.form, content, facts))

    def _array(self, duties: Sequence[str]) -> str:
        return "{" + ",".join(str(number) for number in sorted(self.duty_ids[key] for key in duties)) + "}"


def fingerprint(deed: Deed, book: Book, happened: str) -> str:
    """The digest of a deed as intake computes it, in hexadecimal; `happened` is its moment in UTC."""
    said = f"{deed.form!r} '' {deed.subject} {happened} {deed.answers} {deed.corrects} False {book.said[deed.content]}"
    return hashlib.sha256(said.encode()).hexdigest()


def by_arrival(listed: Sequence[Deed]) -> list[Deed]:
    """In the order the server hears of them."""
    return sorted(listed, key=lambda deed: (deed.received, deed.id))
