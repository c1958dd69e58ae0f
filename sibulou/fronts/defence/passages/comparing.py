"""What passages show when they are laid side by side some minutes later: rows too few, and nobody on duty (S7, S8).

Run again and again over what was heard lately: it tells what it finds once, and takes back what late records mend.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django.db import connection

from sibulou.duty.telling import tell_once
from sibulou.fronts.defence.models import Passage
from sibulou.fronts.defence.passages.following import FOUND, Plan, follow
from sibulou.fronts.defence.passages.register import QUERIES, as_row, plain, rows_of

MENDED = "passage_mended"
SHIFT_FORMS = ("post_sign_on", "post_sign_off", "post_handover", "gate_shift")
"""The forms that say who is on duty; a hand-over and a joint shift say that somebody is."""
LATELY = timedelta(hours=2)
DUTIES = ("pass.rows", "pass.shift")


def compare(*, now: datetime, lately: timedelta = LATELY) -> int:
    """Look again at what was heard `lately`. Returns how many findings were told or taken back."""
    plan = Plan.at(now)
    if plan is None:
        return 0
    facts = _facts(plan, since=now - lately, now=now)
    told = [*_short(facts, now=now), *_unmanned(facts, now=now), *_mended(facts, now=now)]
    left = Passage.objects.filter(received_at__gte=now - lately, disposal="passed", person_id__isnull=False)
    follow([as_row(one) for one in left.exclude(direction="in")], now=now)
    return len([one for one in told if one])


def _facts(plan: Plan, *, since: datetime, now: datetime) -> dict[str, Any]:
    return {
        "since": since,
        "upto": now - timedelta(minutes=plan.number("rows_wait", 30)),
        "shift": plan.hours("shift_hours", 12),
        "shift_forms": list(SHIFT_FORMS),
        "zone": plan.zone,
    }


def _short(facts: dict[str, Any], *, now: datetime) -> Iterator[UUID | None]:
    for post, key, said, rows, at in rows_of("short", facts):
        content = {"kind": "rows_short", "said": said, "rows": rows, "passage": str(key)}
        yield tell_once(f"rows_short|{post}|{key}", FOUND, cast(int, post), cast(datetime, at), content, now=now)


def _unmanned(facts: dict[str, Any], *, now: datetime) -> Iterator[UUID | None]:
    for post, last, day, at in _shifts("unmanned", facts, post="p.post_id", at="p.happened_at"):
        content = {"kind": "no_shift", "at": cast(datetime, at).isoformat()}
        yield tell_once(f"no_shift|{post}|{last}|{day}", FOUND, cast(int, post), cast(datetime, at), content, now=now)


def _mended(facts: dict[str, Any], *, now: datetime) -> Iterator[UUID | None]:
    """What records that came since have mended, as of when they happened."""
    for found, post, opened, content in rows_of("open", {"duties": list(DUTIES), "form": FOUND}):
        said = plain(content)
        how, at = (
            _rows_now(int(cast(int, post)), str(said.get("passage", "")))
            if said.get("kind") == "rows_short"
            else _shift_now(int(cast(int, post)), said, facts)
        )
        if how:
            when = max(cast(datetime, opened), at or cast(datetime, opened))
            yield tell_once(f"{MENDED}|{found}", MENDED, cast(int, post), min(when, now), {"how": how},
                            answers=cast(UUID, found), now=now)  # fmt: skip


def _rows_now(post: int, key: str) -> tuple[str, datetime | None]:
    ((said, rows, last),) = rows_of("of_vehicle", {"key": key, "post": post})
    if said is None:
        return "taken_back", None
    return ("rows", cast(datetime, last)) if cast(int, rows) >= cast(int, said) else ("", None)


def _shift_now(post: int, said: dict[str, object], facts: dict[str, Any]) -> tuple[str, datetime | None]:
    at = datetime.fromisoformat(str(said["at"]))
    ((passages, unmanned),) = _shifts("still_unmanned", facts | {"post": post, "at": at}, post="p.post_id",
                                      at="p.happened_at")  # fmt: skip
    if not passages:
        return "taken_back", None
    return ("", None) if unmanned else ("shift", at)


def _shifts(name: str, facts: dict[str, Any], *, post: str, at: str) -> list[tuple[object, ...]]:
    """One of the statements about shifts, with its parts put in."""
    shift = QUERIES["shift"].split("\n", 1)[1].format(post=post, at=at)
    nobody = QUERIES["nobody"].split("\n", 1)[1]
    with connection.cursor() as cursor:
        cursor.execute(QUERIES[name].format(shift=shift, unmanned=nobody), facts)
        return list(cursor.fetchall())
