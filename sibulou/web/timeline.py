"""The history of one subject: records, misses, watches, waivers and climbs by day, newest first, page by page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from sibulou.duty.force import stages
from sibulou.duty.models import Climb, Event, Obligation, Record, Waiver, Watch
from sibulou.duty.plan_words import Label
from sibulou.field.links import told_himself
from sibulou.lib.sql import read_queries
from sibulou.web.labels import clock, owners, pick

QUERIES = read_queries(Path(__file__).parent / "queries" / "timeline.sql")
END_WORDS: dict[str, tuple[str, str]] = {
    "watch_lifted": ("观察解除", "watch lifted"),
    "stand_down": ("响应解除", "response stood down"),
    "corrected": ("记录更正", "record corrected"),
    "subject_ended": ("移出名册", "off the roster"),
    "moved": ("已迁移", "moved away"),
    "post_suspended": ("卡点暂停", "the post was suspended"),
    "post_opened_earlier": ("卡点早已启用，改从那时算起", "the post stood before; owed from then on"),
    "rostered": ("改由班次交接", "its shifts hand over"),
}
"""Reasons of named ends, which no plan lists."""


@dataclass(frozen=True)
class Place:
    """Where a page of the history begins: before this line."""

    at: datetime
    what: str
    number: str

    @classmethod
    def read(cls, text: str) -> Place | None:
        """From an address; None for anything that is no such place."""
        parts = text.split("|")
        try:
            at = datetime.fromisoformat(parts[0])
        except ValueError:
            return None
        if len(parts) != 3 or at.tzinfo is None or "\x00" in text or not 1900 < at.year < 9000:
            return None
        return cls(at, parts[1], parts[2])

    def __str__(self) -> str:
        return f"{self.at.isoformat()}|{self.what}|{self.number}"


@dataclass(frozen=True)
class Line:
    """One line: when, what kind (a CSS class), the words, a link, and what to show small beside it."""

    at: datetime
    kind: str
    word: str
    text: str
    link: str = ""
    notes: tuple[str, ...] = ()


@dataclass
class Day:
    """The lines of one local day."""

    on: date
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True)
class History:
    """One page of a history; `next` is where the following one begins, None on the last."""

    days: Sequence[Day]
    next: Place | None


def history(
    subject: int, *, now: datetime, language: str, zone: ZoneInfo, before: Place | None = None, limit: int = 60
) -> History:
    """One page of what happened to a subject, as far as the reader may see it."""
    facts: dict[str, Any] = {
        "subject": subject,
        "now": now,
        "before": before and before.at,
        "what": before.what if before else "",
        "number": before.number if before else "",
        "limit": limit + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(QUERIES["timeline"], facts)
        rows: list[tuple[datetime, str, str]] = cursor.fetchall()
    shown = rows[:limit]
    words = _Words(shown, language=language, now=now)
    days: list[Day] = []
    for at, what, number in shown:
        on = at.astimezone(zone).date()
        if not days or days[-1].on != on:
            days.append(Day(on))
        days[-1].lines.append(words.line(at, what, number))
    return History(days, Place(*shown[-1]) if len(rows) > limit else None)


def plan_words() -> tuple[dict[str, Label], dict[str, Label], dict[str, Label]]:
    """The titles of record forms, watch classes and waiver reasons in every plan that ran, the latest last.

    Forms also stand under `plan/form`, for plans that have two of one name.
    """
    forms: dict[str, Label] = {}
    classes: dict[str, Label] = {}
    reasons: dict[str, Label] = {key: Label(*words) for key, words in END_WORDS.items()}
    for running in stages(Event.objects.order_by("id")):
        forms |= {form.key: form.title for form in running.plan.forms.values()}
        forms |= {f"{running.plan.key}/{form.key}": form.title for form in running.plan.forms.values()}
        classes |= {klass.key: klass.title for klass in running.plan.classes.values()}
        reasons |= {word.key: word.title for word in running.plan.reasons.values()}
    return forms, classes, reasons


class _Words:
    """Turns the rows of a page into lines; everything it needs is fetched at once."""

    def __init__(self, rows: Sequence[tuple[datetime, str, str]], *, language: str, now: datetime) -> None:
        self.language = language
        self.forms, self.classes, self.reasons = plan_words()
        records = [UUID(number) for number in _of(rows, "record")]
        self.records = Record.objects.in_bulk(records)
        met = Obligation.objects.filter(met_by__in=records).select_related("duty")
        self.met: dict[UUID | None, list[Obligation]] = {}
        for row in met:
            self.met.setdefault(row.met_by, []).append(row)
        self.corrected = set(Record.objects.filter(corrects__in=records).values_list("corrects", flat=True))
        self.missed = Obligation.objects.select_related("duty").in_bulk([int(n) for n in _of(rows, "missed")])
        self.watches = Watch.objects.in_bulk([int(n) for n in _of(rows, "watch", "lifted")])
        self.waivers = Waiver.objects.select_related("about__duty").in_bulk(
            [int(n) for n in _of(rows, "asked", "granted", "refused", "withdrawn")]
        )
        self.climbs: Mapping[int, Climb] = Climb.objects.select_related("obligation__duty").in_bulk(
            [int(n) for n in _of(rows, "climb")]
        )
        self.owners = owners({climb.seat_id for climb in self.climbs.values()}, language=language, now=now)

    def line(self, at: datetime, what: str, number: str) -> Line:
        draw: Any = getattr(self, f"_{what}")
        line: Line = draw(at, number)
        return line

    def _say(self, zh: str, en: str) -> str:
        return pick((zh, en), self.language)

    def _label(self, words: Mapping[str, Label], key: str) -> str:
        return words[key].say(self.language) if key in words else key

    def _duty(self, row: Obligation) -> str:
        return pick((row.duty.title_zh, row.duty.title_en), self.language)

    def _record(self, at: datetime, number: str) -> Line:
        row = self.records[UUID(number)]
        met = [self._duty(one) for one in self.met.get(row.pk, ())]
        notes = [self._say(f"销号：{title}", f"closes: {title}") for title in met]
        if told_himself(row):
            notes.insert(0, self._say("本人填报", "told by the person himself"))
        if row.withdraws:
            notes.append(self._say("撤回", "withdrawal"))
        elif row.corrects:
            notes.append(self._say("更正", "correction"))
        if row.pk in self.corrected:
            notes.append(self._say("已被更正", "was corrected"))
        under = f"{row.plans[0]}/{row.form}" if row.plans else row.form
        text = self._label(self.forms, under if under in self.forms else row.form)
        return Line(at, "met", self._say("记录", "record"), text, f"/records/{row.pk}/", tuple(notes))

    def _missed(self, at: datetime, number: str) -> Line:
        row = self.missed[int(number)]
        late = () if row.met_at is None else (self._say("后来补办", "answered later"),)
        return Line(at, "overdue", self._say("逾期", "missed"), self._duty(row), f"/obligations/{row.pk}/", late)

    def _watch(self, at: datetime, number: str) -> Line:
        row = self.watches[int(number)]
        day = clock(row.planned_until)
        until = self._say(f"计划至 {day}", f"planned until {day}")
        return Line(at, "silent", self._say("观察开始", "watch begins"), self._label(self.classes, row.klass), "",
                    (row.set_by, until))  # fmt: skip

    def _lifted(self, at: datetime, number: str) -> Line:
        row = self.watches[int(number)]
        return Line(at, "met", self._say("观察解除", "watch lifted"), self._label(self.classes, row.klass), "",
                    (row.ended_by,))  # fmt: skip

    def _asked(self, at: datetime, number: str) -> Line:
        return self._waiver(at, number, self._say("申请豁免", "waiver asked"), "asked_by")

    def _granted(self, at: datetime, number: str) -> Line:
        row = self.waivers[int(number)]
        word = self._say("终止", "ended") if row.kind == Waiver.Kind.END else self._say("批准豁免", "waiver granted")
        return self._waiver(at, number, word, "granted_by")

    def _refused(self, at: datetime, number: str) -> Line:
        return self._waiver(at, number, self._say("不同意豁免", "waiver refused"), "refused_by")

    def _withdrawn(self, at: datetime, number: str) -> Line:
        return self._waiver(at, number, self._say("撤回豁免", "waiver taken back"), "withdrawn_by")

    def _waiver(self, at: datetime, number: str, word: str, by: str) -> Line:
        row = self.waivers[int(number)]
        reason = self._label(self.reasons, row.reason)
        text = self._duty(row.about) if row.about else reason
        link = f"/obligations/{row.about_id}/" if row.about_id else ""
        named = str(getattr(row, by))
        return Line(at, "waived", word, text, link, (reason, named) if row.about else (named,))

    def _climb(self, at: datetime, number: str) -> Line:
        row = self.climbs[int(number)]
        owner = self.owners.get(row.seat_id)
        told = row.told or self._say("无人在岗", "nobody in the seat")
        whom = f"{owner.role} {told}" if owner else told
        return Line(at, "unowned", self._say("上报", "told upward"), self._duty(row.obligation),
                    f"/obligations/{row.obligation_id}/", (whom,))  # fmt: skip


def _of(rows: Iterable[tuple[datetime, str, str]], *wanted: str) -> list[str]:
    return [number for _, what, number in rows if what in wanted]
