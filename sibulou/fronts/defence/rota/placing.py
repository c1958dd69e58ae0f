"""One post's people onto its shifts, by CP-SAT: every hard rule a constraint, what is short a number with its price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from ortools.sat.python import cp_model

from sibulou.fronts.defence.rota.ask import DAY, Ask, Hand, Slot, Span
from sibulou.fronts.defence.rota.keeping import alone

_HARDER = 5
"""How much longer a post that asks for trades is looked at."""
_EMPTY, _TRADE, _SPREAD, _NIGHTS, _CHANGE = 10_000, 3_000, 20, 30, 10


@dataclass(frozen=True)
class Placed:
    """The people of each shift, and whether nothing better is possible for this crew."""

    roster: Mapping[int, tuple[int, ...]]
    proven: bool


def place(
    ask: Ask, slots: Sequence[Slot], hands: Sequence[Hand], *, held: Mapping[int, Sequence[Span]],
    now: Mapping[int, Sequence[int]] | None = None, effort: float = 0.4,
) -> Placed:  # fmt: skip
    """Put people on shifts. `held` are spans that somebody has elsewhere; `now` who stands there, to be kept where it
    can. `effort` is deterministic time: the same answer on a slow machine as on a quick one.
    """
    model = cp_model.CpModel()
    if any(slot.trades for slot in slots):
        effort *= _HARDER
    var = {
        (hand.key, slot.key): model.new_bool_var("")
        for hand in hands
        for slot in slots
        if not alone(hand, slot, ask.rules)
    }
    for hand in hands:
        mine = [(slot, var[hand.key, slot.key]) for slot in slots if (hand.key, slot.key) in var]
        _keep_rules(model, ask, mine, [*hand.before, *held.get(hand.key, ())])
    _keep_apart(model, slots, hands, var)
    price = _fill(model, slots, hands, var)
    price += _share(model, ask, slots, hands, var) if now is None else _change(now, var)
    model.minimize(sum(price))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = ask.seed
    solver.parameters.max_deterministic_time = effort
    if now is not None:
        for (person, key), one in var.items():
            model.add_hint(one, person in now.get(key, ()))
    answer = solver.solve(model)
    if answer not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Placed({slot.key: tuple(now.get(slot.key, ())) if now else () for slot in slots}, False)
    found: dict[int, list[int]] = {slot.key: [] for slot in slots}
    for (person, key), one in var.items():
        if solver.boolean_value(one):
            found[key].append(person)
    return Placed({key: tuple(sorted(people)) for key, people in found.items()}, answer == cp_model.OPTIMAL)


_Var = dict[tuple[int, int], cp_model.IntVar]
_Price = list[cp_model.LinearExprT]


def _keep_rules(
    model: cp_model.CpModel, ask: Ask, mine: Sequence[tuple[Slot, cp_model.IntVar]], spans: Sequence[Span]
) -> None:
    """Of one person: rest, one shift a day, six days of seven, nights of a week, beside the spans he has elsewhere."""
    rules = ask.rules
    for slot, one in mine:
        if any(starts // DAY == slot.day or (starts - rules.rest < slot.ends and ends + rules.rest > slot.starts)
               for starts, ends in spans):  # fmt: skip
            model.add(one == 0)
    for (first, one), (second, other) in combinations(mine, 2):
        early, late = sorted((first, second), key=lambda slot: slot.starts)
        if late.starts - early.ends < rules.rest or early.day == late.day:
            model.add_at_most_one(one, other)
    days = {starts // DAY for starts, _ in spans}
    nights = {starts // DAY for starts, ends in spans if rules.is_night(starts, ends)}
    for begin in range(1 - rules.week, ask.days):
        week = range(begin, begin + rules.week)
        inside = [(slot, one) for slot, one in mine if slot.day in week]
        model.add(sum(one for _, one in inside) <= max(0, rules.days - len(days.intersection(week))))
        dark = [one for slot, one in inside if rules.is_night(slot.starts, slot.ends)]
        model.add(sum(dark) <= max(0, rules.nights - len(nights.intersection(week))))


def _fill(model: cp_model.CpModel, slots: Sequence[Slot], hands: Sequence[Hand], var: _Var) -> _Price:
    """Crews as asked; what is short has its price."""
    price: _Price = []
    for slot in slots:
        crew = [(hand, var[hand.key, slot.key]) for hand in hands if (hand.key, slot.key) in var]
        short = model.new_int_var(0, slot.crew, "")
        model.add(sum(one for _, one in crew) + short == slot.crew)
        price.append(_EMPTY * short)
        for trade in sorted(set(slot.trades)):
            lacks = model.new_bool_var("")
            model.add(sum(one for hand, one in crew if hand.trade == trade) + lacks >= 1)
            price.append(_TRADE * lacks)
    return price


def _keep_apart(model: cp_model.CpModel, slots: Sequence[Slot], hands: Sequence[Hand], var: _Var) -> None:
    for one, other in combinations(hands, 2):
        if other.key in one.apart or one.key in other.apart:
            for slot in slots:
                pair = [var[key, slot.key] for key in (one.key, other.key) if (key, slot.key) in var]
                model.add_at_most_one(pair)


def _share(model: cp_model.CpModel, ask: Ask, slots: Sequence[Slot], hands: Sequence[Hand], var: _Var) -> _Price:
    """Shifts and nights alike for all: the most that one has, less the fewest."""
    price: _Price = []
    dark = {slot.key for slot in slots if ask.rules.is_night(slot.starts, slot.ends)}
    for weight, keys in ((_SPREAD, {slot.key for slot in slots}), (_NIGHTS, dark)):
        most, least = model.new_int_var(0, len(slots), ""), model.new_int_var(0, len(slots), "")
        for hand in hands:
            mine = [var[hand.key, key] for key in sorted(keys) if (hand.key, key) in var]
            if mine:
                model.add(sum(mine) <= most)
                model.add(sum(mine) >= least)
        price += [weight * most, -weight * least]
    return price


def _change(now: Mapping[int, Sequence[int]], var: _Var) -> _Price:
    """Whoever stands where he did not, and whoever no longer stands where he did."""
    return [_CHANGE * (1 - one) if person in now.get(key, ()) else _CHANGE * one for (person, key), one in var.items()]
