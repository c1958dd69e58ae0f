"""What follows from passages, each as a duty of somebody by name (S9, S10, S12, S39).

At once, in the transaction of the batch: a vehicle or a person turned back here and let in elsewhere; the next posts
told of a turn-back; a resident who left; one under watch who went out; who was called unknown and is on the roster.
Each is a record that the system tells under an id made of what it says, so that whatever comes first, or twice, leaves
the same behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast
from uuid import UUID

from django.db.models import Q

from sibulou.duty.force import Running, current
from sibulou.duty.listening import Heard
from sibulou.duty.models import Obligation, Record
from sibulou.duty.telling import named_record, tell_once
from sibulou.fronts.defence.models import Passage
from sibulou.fronts.defence.passages.register import FORM, Row, keep, rows_of
from sibulou.roster.area_key import Level, ancestor
from sibulou.roster.audit import CLOCKWORK
from sibulou.roster.households import change_state
from sibulou.roster.models import Person, Subject

NOTICE, FOUND, EXIT, SETTLED = "turnback_notice", "passage_found", "exit_seen", "sighting_settled"
PLACES = {"out": "away", "in": "present"}
"""Where a resident is after a passage; one who is on the way through was never here."""


def hear_passages(heard: Sequence[Heard], now: datetime) -> None:
    """Keep a batch in the register and do what follows from it; take back what followed from what it corrects."""
    corrected = [one.corrects for one in heard if one.corrects is not None]
    plan = Plan.at(now)
    before = _told_of(corrected, plan) if corrected and plan else {}
    kept = keep(heard, now=now)
    follow(kept.rows, now=now)
    if before and plan:
        _take_back(before, _told_of(_of_the_same(corrected, before), plan), now=now)
    persons = {row.person_id for row in kept.rows if row.person_id is not None} | kept.gone
    if persons:
        _whereabouts(persons, now=now)
    new = {row.record: row for row in kept.rows}
    _settle_sightings([one for one in heard if one.id in new], new, now=now)


def follow(rows: Sequence[Row], *, now: datetime) -> None:
    """What these passages lead to beside what the plan's rules make of each by itself."""
    plan = Plan.at(now)
    if not rows or plan is None:
        return
    records = [row.record for row in rows]
    for name, one in _told_of(records, plan).items():
        tell_once(name, one.form, one.subject, one.at, one.content, now=now)
    for record, person, at, label in rows_of("watched_out", {"records": records}):
        tell_once(f"{EXIT}|{record}", EXIT, cast(int, person), cast(datetime, at), {"where": str(label)}, now=now)


class Plan:
    """The plan in force that has passages, and what it says in numbers of them."""

    def __init__(self, running: Running) -> None:
        self.running = running

    @classmethod
    def at(cls, now: datetime) -> Plan | None:
        """The first in force that has the form."""
        return next((cls(one) for one in current(now) if FORM in one.plan.forms), None)

    @property
    def zone(self) -> str:
        return self.running.plan.zone.key

    def number(self, name: str, otherwise: float) -> float:
        value = self.running.plan.values.get(name, otherwise)
        return float(value) if isinstance(value, int | float) else otherwise

    def hours(self, name: str, otherwise: float) -> timedelta:
        return timedelta(hours=self.number(name, otherwise))


class Telling(NamedTuple):
    """A record that the system tells of passages; `keys` are the vehicles or rows that it follows from."""

    form: str
    subject: int
    at: datetime
    content: dict[str, Any]
    keys: tuple[str, ...]


def _told_of(records: Sequence[UUID], plan: Plan) -> dict[str, Telling]:
    """What is told of these passages as they stand, by its name."""
    return _notices(records, plan) | _crossings(records, plan)


def _notices(records: Sequence[UUID], plan: Plan) -> dict[str, Telling]:
    """A notice to each of the posts that may see next who was turned back, once for each vehicle."""
    most = int(plan.number("next_posts", 4))
    found: dict[str, Telling] = {}
    for row in Passage.objects.filter(pk__in=records, disposal="turned_back"):
        key = row.together or str(row.record)
        facts = {"post": row.post_id, "area": row.area_id, "at": row.happened_at, "most": most}
        for post, _ in rows_of("next_posts", facts):
            said = {"other": str(row.post_id), "at": row.happened_at.isoformat()}
            name = f"{NOTICE}|{key}|{row.post_id}|{post}"
            found.setdefault(name, Telling(NOTICE, cast(int, post), row.happened_at, said, (key,)))
    return found


def _crossings(records: Sequence[UUID], plan: Plan) -> dict[str, Telling]:
    """An alarm at the post where they came in, known by plate, telephone, identity number or the roster."""
    found: dict[str, Telling] = {}
    span = plan.hours("watchful_hours", 48)
    for there, key, _, here, came, at, by in rows_of("crossings", {"records": list(records), "span": span}):
        said = {"kind": "came_in", "by": sorted(cast(list[str], by)), "other": str(there)}
        said |= {"at": cast(datetime, at).isoformat(), "passage": str(came)}
        name = f"came_in|{there}|{key}|{here}|{came}"
        found[name] = Telling(FOUND, cast(int, here), cast(datetime, at), said, (str(key), str(came)))
    return found


def _of_the_same(records: Sequence[UUID], told: dict[str, Telling]) -> list[UUID]:
    """The passages that what was told still follows from, if any are left: those of the same vehicles."""
    keys = sorted({key for one in told.values() for key in one.keys})
    alone = [key for key in keys if _is_uuid(key)]
    left = Passage.objects.filter(Q(together__in=keys) | Q(pk__in=alone)).exclude(pk__in=records)
    return list(left.values_list("pk", flat=True))


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _take_back(before: dict[str, Telling], after: dict[str, Telling], *, now: datetime) -> None:
    """Withdraw what no passage calls for any more; what it had opened ends by name."""
    for name, one in before.items():
        if name in after:
            continue
        record = named_record(name, one.at)
        if Record.objects.filter(pk=record).exists():
            tell_once(f"{name}|withdrawn", one.form, one.subject, one.at, {}, withdraws=record, now=now)


def _whereabouts(persons: Iterable[int], *, now: datetime) -> None:
    """The roster says of a resident what his last passage says, unless somebody has said so later."""
    labels = dict(Subject.objects.filter(kind="post").values_list("pk", "label"))
    listed = Person.objects.filter(pk__in=persons, subject__until=None).select_related("subject")
    people = {one.pk: one for one in listed}
    for person, post, at, direction in rows_of("last_seen", {"persons": list(persons)}):
        row, state = people.get(cast(int, person)), PLACES.get(str(direction))
        if row is None or state is None or row.state == state:
            continue
        if (row.state_since is not None and row.state_since >= cast(datetime, at)) or row.state not in PLACES.values():
            continue
        place = labels.get(cast(int, post), "") if state == "away" else ""
        change_state(person=row, state=state, by=CLOCKWORK, now=now, at=min(cast(datetime, at), now), place=place)


def _settle_sightings(heard: Sequence[Heard], new: dict[UUID, Row], *, now: datetime) -> None:
    """Who was called unknown where he goes, and stands on that village's roster by his number, is known after all."""
    for one in heard:
        row = new[one.id]
        if row.person_id is None or one.content.get("matched") is not False:
            continue
        person = Subject.objects.filter(pk=row.person_id).first()
        for owed in Obligation.objects.filter(opened_by=one.id, duty__key="sighting.match"):
            if person is not None and _same_village(person.area_id, owed.area_id):
                said = {"outcome": "listed", "person": str(person.pk)}
                name = f"{SETTLED}|{one.id}"
                tell_once(name, SETTLED, owed.subject_id, one.happened_at, said, answers=one.id, now=now)


def _same_village(one: int, other: int) -> bool:
    return ancestor(one, Level.VILLAGE) == ancestor(other, Level.VILLAGE)
