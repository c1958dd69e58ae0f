"""Sync: what a device may know and no more, and of that only what it does not know yet.

No counter is kept for it. Every row of PostgreSQL carries the transaction that wrote it; an answer gives as its number
the oldest transaction that was still running before anything was read, so what commits later with a smaller number is
not missed, and a row may come twice. What leaves sight (met, waived, moved away, taken back) is told by the list of
what is left, which is sent when it differs from the one before.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sibulou.duty.force import Running, current
from sibulou.duty.form import Field, Form
from sibulou.duty.personal import SEALED
from sibulou.duty.plan_parts import Duty, OneTap, Plan
from sibulou.duty.plan_words import Label, Word
from sibulou.field.models import Device
from sibulou.fronts.defence.steps import STEPS
from sibulou.lib.cipher import CannotOpen
from sibulou.lib.sql import bound_cursor, read_queries
from sibulou.roster.access import Reach
from sibulou.roster.area_key import Level, ancestor, level_of
from sibulou.roster.models import Area, Seat
from sibulou.roster.role import ROLES, Right
from sibulou.roster.seal import IDENTITY, field_cipher

SHAPE = 2
"""Raised when what an answer holds changes, so that every device begins afresh."""

AHEAD = timedelta(hours=24)
LATELY = timedelta(days=7)
_FARTHEST = 2**30  # transactions: a device that was away for more begins afresh
_SINCE = re.compile(r"([0-9a-f]{12})\.([0-9a-f]{16})\.([0-9]{1,19})\.([0-9]{1,12})\.([0-9a-f]{12})\.([0-9a-f]{12})")

OBLIGATIONS = ("id", "duty", "subject", "area", "seat", "opened_at", "warn_at", "due_at", "tell_at", "until_at",
               "opened_by", "waived_at", "waived_until", "asked", "plan")  # fmt: skip
SUBJECTS = ("id", "kind", "area", "label", "until", "part", "household", "relation", "born", "state", "paper", "number",
            "address", "language")  # fmt: skip
AREAS = ("id", "level", "name", "parent")
ANSWERS = ("duty", "subject", "form", "record", "happened_at", "content")
OUTCOMES = ("id", "record", "outcome", "problem", "zh", "en", "received_at", "settled_at", "how")


def _queries() -> dict[str, str]:
    """The statements, with their shared parts put in."""
    parts = read_queries(Path(__file__).parent / "queries" / "sync.sql")
    bare = {name: "\n".join(line for line in text.splitlines() if not line.startswith("--"))
            for name, text in parts.items()}  # fmt: skip
    found = {}
    for name, text in bare.items():
        whole = text.replace("{roster}", bare["roster"]).replace("{owed}", bare["owed"])
        found[name] = re.sub(r"\{young:(\w)\}", lambda row: bare["young"].replace("{row}", row[1]), whole)
    return found


QUERIES = _queries()


@dataclass(frozen=True)
class Since:
    """Where a device stands: which start of which book, what it may see, the transaction, how far ahead, and what it
    holds."""

    start: str
    reach: str
    number: int
    seen_to: datetime
    subjects: str
    obligations: str

    def __str__(self) -> str:
        parts = (self.start, self.reach, self.number, int(self.seen_to.timestamp()), self.subjects, self.obligations)
        return ".".join(map(str, parts))


def read_since(text: str) -> Since | None:
    """Where a device says it stands; None for one that begins afresh, as for a text that nobody gave it."""
    found = _SINCE.fullmatch(text)
    if found is None or int(found[4]) > 2**33:
        return None
    return Since(found[1], found[2], int(found[3]), datetime.fromtimestamp(int(found[4]), UTC), found[5], found[6])


def answer(*, device: Device | None, since: str, reach: Reach, now: datetime) -> dict[str, Any]:
    """All that the user's device may know, or what changed since its last answer (docs/reference/field-api.md).

    Run it within the user's reach. `device` None is a browser of the same user.
    """
    return _Sync(read_since(since), reach=reach, now=now).run() | {"device": _device(device)}


def _device(device: Device | None) -> dict[str, Any] | None:
    if device is None:
        return None
    return {"id": str(device.pk), "name": device.name, "expires_at": device.expires_at}


class _Sync:
    """One answer, read in the order in which nothing can be missed: the number first, then the rows."""

    def __init__(self, before: Since | None, *, reach: Reach, now: datetime) -> None:
        self.reach, self.now = reach, now
        ((start, number, latest, holds_to),) = _rows("number", {"start": before and before.start})
        self.running = current(now)
        self.horizon = (now + AHEAD).replace(microsecond=0)
        self.standing = (start, _digest([SHAPE, _sorted(reach).settings(), [one.stage.pk for one in self.running],
                                        _rows("strictness", {})], 16), number)  # fmt: skip
        same = before is not None and before.reach == self.standing[1]
        ours = before is not None and holds_to is not None and before.number <= holds_to
        near = before is not None and 0 <= latest - before.number < _FARTHEST and before.seen_to <= self.horizon
        self.before = before if same and ours and near else None
        self.spans = _spans(reach)

    def run(self) -> dict[str, Any]:
        facts = self._facts()
        ((subjects, obligations),) = _rows("held", facts)
        subjects, obligations = subjects or [], obligations or []
        owed = _rows("obligations", facts)
        facts |= {"subjects": subjects, "also": self._elsewhere(owed)}
        facts |= _closers(self.running) | {"new": [f"{row[2]}{row[1]}" for row in owed]}
        start, reach, number = self.standing
        holds = _digest(subjects, 12), _digest(obligations, 12)
        return {
            "fresh": self.before is None,
            "next": str(Since(start, reach, number, self.horizon, *holds)),
            "now": self.now,
            "rights": sorted(str(right) for right in Right if self.reach.has(right)),
            "seats": _seats(self.reach),
            "plans": [_plan(one) for one in self.running] if self.before is None else [],
            "areas": _table(AREAS, [(_key(pk), level, name, _key(above)) for pk, level, name, above in
                                    _rows("areas", facts)]),
            "subjects": _table(SUBJECTS, [_subject(row) for row in _rows("subjects", facts)]),
            "obligations": _table(OBLIGATIONS, [_obligation(row) for row in owed]),
            "answers": _table(ANSWERS, [draft(row) for row in _rows("answers", facts)]),
            "outcomes": _table(OUTCOMES, _rows("outcomes", facts)),
            "orders": [_order(row) for row in _rows("orders", facts)],
            "card": next((_card(row) for row in _rows("card", facts)), None),
            "only": self._only({"subjects": subjects, "obligations": obligations}, holds),
        }  # fmt: skip

    def _facts(self) -> dict[str, object]:
        long_ago = datetime(1970, 1, 1, tzinfo=UTC)
        return {
            "since": None if self.before is None else str(self.before.number % 2**32),
            "seen_to": long_ago if self.before is None else self.before.seen_to,
            "horizon": self.horizon,
            "now": self.now,
            "lately": self.now - LATELY,
            "user": self.reach.user_id,
            "seats": list(self.reach.seats),
            "own": list(self.reach.subjects),
            "lows": [low for low, _ in self.spans],
            "highs": [high for _, high in self.spans],
            "counties": sorted(_counties(self.reach)),
        }

    def _elsewhere(self, owed: Iterable[Sequence[Any]]) -> list[int]:
        """The subjects of new obligations that lie outside the areas whose roster the device holds."""
        own = set(self.reach.subjects)
        return [subject for _, _, subject, area, *_ in owed
                if subject not in own and not any(low <= area < high for low, high in self.spans)]  # fmt: skip

    def _only(self, held: Mapping[str, list[int]], holds: tuple[str, str]) -> dict[str, list[int] | None]:
        """What is left, for a device that may hold more; None where it holds just this, or begins afresh."""
        known = holds if self.before is None else (self.before.subjects, self.before.obligations)
        return {
            name: None if before == after else numbers
            for (name, numbers), before, after in zip(held.items(), known, holds, strict=True)
        }


def _rows(name: str, facts: Mapping[str, object]) -> list[Any]:
    with bound_cursor() as cursor:
        cursor.execute(QUERIES[name], facts)
        return cursor.fetchall()


def _digest(facts: object, length: int) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()[:length]


def _sorted(reach: Reach) -> Reach:
    """The same reach, said in one order."""
    return replace(reach, seats=tuple(sorted(reach.seats)), subjects=tuple(sorted(reach.subjects)))


def _spans(reach: Reach) -> list[tuple[int, int]]:
    """The areas of the village and below that the user sees, none inside another."""
    found: list[tuple[int, int]] = []
    spans = {*reach.ranges.get(Right.GAPS, ()), *reach.ranges.get(Right.PEOPLE, ())}
    for low, high in sorted(spans, key=lambda span: (span[0], -span[1])):
        if level_of(low) >= Level.VILLAGE and not (found and high <= found[-1][1]):
            found.append((low, high))
    return found


def _counties(reach: Reach) -> set[int]:
    """The counties whose townships and villages a form may name: those in which the user has a seat."""
    areas = Seat.objects.filter(pk__in=reach.seats).values_list("area_id", flat=True)
    return {ancestor(area, Level.COUNTY) for area in areas if level_of(area) >= Level.COUNTY}


def _seats(reach: Reach) -> list[dict[str, Any]]:
    rows = list(Seat.objects.filter(pk__in=reach.seats).select_related("subject").order_by("pk"))
    names = dict(Area.objects.filter(pk__in={row.area_id for row in rows}).values_list("pk", "name"))
    return [
        {
            "id": row.pk,
            "role": row.role,
            "role_zh": ROLES[row.role].zh,
            "role_en": ROLES[row.role].en,
            "area": _key(row.area_id),
            "place": row.subject.label if row.subject else names.get(row.area_id, ""),
            "subject": row.subject_id,
        }
        for row in rows
    ]


def _closers(running: Iterable[Running]) -> dict[str, list[str]]:
    """Which forms close which duty of which plan, as three columns."""
    rows = sorted({(one.plan.key, duty.key, closer.form)
                   for one in running for duty in one.plan.duties.values() for closer in duty.closers})  # fmt: skip
    return {name: [row[at] for row in rows] for at, name in enumerate(("plans", "duties", "forms"))}


def _table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, Any]:
    return {"columns": columns, "rows": rows}


def _order(row: Sequence[Any]) -> dict[str, Any]:
    """What is ordered, for whoever owes it: by the record that told it, which its obligations were opened by."""
    record, number, text, done_when, due_at, role, name, sent_at = row
    sender = ROLES[role]
    return {"record": record, "number": number, "text": text, "done_when": done_when, "due_at": due_at,
            "from": {"zh": sender.zh, "en": sender.en}, "by": name, "sent_at": sent_at}  # fmt: skip


def _card(row: Sequence[Any]) -> dict[str, Any]:
    """The flow card: its version, and its steps in their order, each with its name in both languages."""
    version, steps, published_at = row
    listed = json.loads(steps) if isinstance(steps, str) else steps
    named = [{"title": dict(zip(("zh", "en"), STEPS[key], strict=True)), "text": text} for key, text in listed]
    return {"version": version, "published_at": published_at, "steps": named}


def _key(area: int | None) -> str | None:
    return None if area is None else f"{area:018d}"


def _obligation(row: Sequence[Any]) -> Sequence[Any]:
    return (*row[:3], _key(row[3]), *row[4:])


def _subject(row: Sequence[Any]) -> Sequence[Any]:
    pk, kind, area, label, until, part, household, relation, born, state, sealed, number, address, language = row
    return (pk, kind, _key(area), label, until, part, household, relation, born, state, _paper(kind, sealed), number,
            address, language)  # fmt: skip


def _paper(kind: str, sealed: bytes | None) -> str | None:
    """The last four signs of a person's number, by which two of one name are told apart; all that leaves here of it."""
    if sealed is None:
        return "" if kind == "person" else None
    try:
        return field_cipher().open(bytes(sealed), field=IDENTITY)[-4:]
    except CannotOpen:
        return ""


def draft(row: Sequence[Any]) -> Sequence[Any]:
    """An answer without what is kept sealed: a draft, never a report."""
    told = json.loads(row[5])  # Django's connections leave JSON as it is written
    content = {key: value for key, value in told.items() if not (isinstance(value, dict) and SEALED in value)}
    return (*row[:5], content)


def _label(label: Label) -> dict[str, str]:
    return {"zh": label.zh, "en": label.en}


def _word(word: Word) -> dict[str, Any]:
    return {"key": word.key, "title": _label(word.title)}


def _plan(running: Running) -> dict[str, Any]:
    plan = running.plan
    return {
        "plan": plan.key,
        "version": plan.version,
        "level": running.stage.level,
        "event": running.stage.event_id,
        "title": _label(plan.title),
        "area": _key(running.stage.event.area_id),
        "starts_at": running.starts,
        "zone": plan.zone.key,
        "values": dict(plan.values),
        "lists": {name: list(words) for name, words in plan.lists.items()},
        "forms": [form_as_sent(form) for form in plan.forms.values() if not form.by_system],
        "duties": [_duty(plan, duty) for duty in plan.duties.values()],
        "reasons": [_word(word) for word in plan.reasons.values()],
    }


def form_as_sent(form: Form) -> dict[str, Any]:
    """A form as a device gets it."""
    return {
        "key": form.key,
        "title": _label(form.title),
        "why": _label(form.why),
        "kept_days": form.kept_days,
        "kind": form.kind,
        "also": list(form.also),
        "fields": [_field(field) for field in form.fields],
    }


def _field(field: Field) -> dict[str, Any]:
    return {
        "key": field.key,
        "title": _label(field.title),
        "type": str(field.type),
        "required": field.required,
        "personal": field.personal,
        "min": field.min,
        "max": field.max,
        "ask_outside": field.ask_outside,
        "choices": [_word(word) for word in field.choices],
        "show_when": field.show_when.source if field.show_when else None,
        "fill": field.fill.source if field.fill else None,
        "keys": field.keys,
    }


def _duty(plan: Plan, duty: Duty) -> dict[str, Any]:
    told = [closer for closer in duty.closers if not plan.forms[closer.form].by_system]
    return {
        "key": duty.key,
        "title": _label(duty.title),
        "why": _label(duty.why) if duty.why else None,
        "front": duty.front,
        "owner": duty.owner,
        "gap": duty.gap,
        "scope": duty.scope,
        "forms": list(dict.fromkeys(closer.form for closer in told)),
        "closers": [
            {"form": closer.form, "when": closer.when.source if closer.when else None, "answers": closer.answers}
            for closer in told
        ],
        "reasons": list(duty.waiver.reasons if duty.waiver else plan.reasons),
        "one_tap": duty.one_tap and _one_tap(duty.one_tap),
    }


def _one_tap(tap: OneTap) -> dict[str, Any]:
    return {"form": tap.form, "title": _label(tap.title), "say": dict(tap.say)}
