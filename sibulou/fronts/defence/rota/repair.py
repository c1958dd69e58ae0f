"""When somebody drops out: the fewest changes first, more only on request."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sibulou.fronts.defence.rota.ask import Ask, Roster
from sibulou.fronts.defence.rota.empty import Empty, empties
from sibulou.fronts.defence.rota.fill import fill
from sibulou.fronts.defence.rota.keeping import Held
from sibulou.fronts.defence.rota.placing import place


@dataclass(frozen=True)
class Repaired:
    """A mended roster, what is still empty, and how many people stand elsewhere than before (who dropped out aside)."""

    roster: Roster
    empty: tuple[Empty, ...]
    changed: int


def repair(ask: Ask, roster: Roster, *, out: Collection[int], since: int, thorough: bool = False) -> Repaired:
    """Take `out` off every shift from the minute `since` on and fill their places.

    Gently, nobody who stands is moved and whoever is free steps in. `thorough` may then move people of the posts that
    are still short, by one model a post, and takes what changes fewest.
    """
    held = Held(ask, roster)
    coming = [slot for slot in ask.slots if slot.starts >= since]
    for slot in coming:
        for person in set(out).intersection(held.crews[slot.key]):
            held.take(person, slot)
    fill(held, coming, but=out)
    if thorough:
        for post in sorted({empty.slot.post for empty in empties(ask, held.roster()) if empty.slot.starts >= since}):
            _mend_post(held, post, out=out, since=since)
        fill(held, coming, but=out)
    after = held.roster()
    return Repaired(after, empties(ask, after), _changed(roster, after, out))


_SPARE = 12
"""How many people of other posts, the least busy first, a post may draw upon."""


def _mend_post(held: Held, post: int, *, out: Collection[int], since: int) -> None:
    """Place a post's shifts anew with its own people and the least busy of all others."""
    ask = held.ask
    slots = [slot for slot in ask.slots if slot.post == post and slot.starts >= since]
    own = {person for slot in ask.slots if slot.post == post for person in held.crews[slot.key]} - set(out)
    trades = {trade for slot in slots for trade in slot.trades}
    others = sorted(
        (key for key in held.hands if key not in own and key not in out),
        key=lambda key: (held.shifts(key), held.hands[key].trade not in trades, ask.distance(key, post), key),
    )
    people = sorted(own) + others[:_SPARE]
    now = {slot.key: tuple(held.crews[slot.key]) for slot in slots}
    for slot in slots:
        for person in now[slot.key]:
            held.take(person, slot)
    spans = {key: [span for span in held.spans[key] if span not in held.hands[key].before] for key in people}
    placed = place(ask, slots, [held.hands[key] for key in people], held=spans, now=now, effort=2.0)
    for slot in slots:
        for person in placed.roster[slot.key]:
            held.put(person, slot)


def _changed(before: Roster, after: Roster, out: Collection[int]) -> int:
    def stands(roster: Roster) -> dict[int, set[int]]:
        found: dict[int, set[int]] = {}
        for key, people in roster.items():
            for person in people:
                found.setdefault(person, set()).add(key)
        return found

    was, now = stands(before), stands(after)
    return sum(was.get(key) != now.get(key) for key in {*was, *now} if key not in out)
