"""Solve a published nurse-rostering instance (INRC-II as text, as wssuite/NurseScheduler has it) and count its cost.

The question differs from ours (docs/reference/rota.md), so this is a model of its own, made of the same parts: one
CP-SAT model, a fixed seed, deterministic time; and a cost counted by plain loops that share nothing with the model.

    python tools/nurse_rostering.py INSTANCE [--effort 60] [--check TABLE]

`--check` counts the cost of a schedule printed as a table (`Name |E|L|N|-|…`), so that the counting itself can be held
against a published figure.
"""

from __future__ import annotations

import argparse
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from pathlib import Path

from ortools.sat.python import cp_model

OFF = "-"
Bounds = tuple[int, int, int, int]
"""The least and its price, the most and its price."""


@dataclass
class Nurse:
    """Somebody, with what his contracts ask."""

    name: str
    contracts: list[str]
    before: dict[int, str] = field(default_factory=dict)


@dataclass
class Instance:
    """Days count from 0; history lies on negative days."""

    first: date
    days: int
    shifts: list[str]
    skills: list[str]
    rules: dict[str, list[list[str]]]
    nurses: list[Nurse]
    least: dict[tuple[int, str, str], int]
    wanted: dict[tuple[int, str, str], tuple[int, int]]
    wishes: list[tuple[int, int, str, int]]

    def of(self, nurse: Nurse, rule: str) -> list[list[str]]:
        """The lines of a rule over all contracts of somebody."""
        return [line for name in nurse.contracts for line in self.rules[name] if line[0] == rule]

    def runs(self, nurse: Nurse) -> list[tuple[str, Bounds]]:
        """What may not come too often or too seldom in a row: a shift, `Work` or `Rest`."""
        return [(row[5], (int(row[1]), int(row[2]), int(row[3]), int(row[4])))
                for row in self.of(nurse, "MinMaxConsecutiveShiftType")]  # fmt: skip

    def may(self, nurse: Nurse, skill: str) -> bool:
        return all(skill not in row[3:] for row in self.of(nurse, "UnwantedSkills"))

    def forbidden(self, nurse: Nurse) -> set[tuple[str, str]]:
        """Which shift may not follow which on the next day."""
        found = set()
        for row in self.of(nurse, "UnwantedPatterns"):
            found |= set(product(*(part.split(";")[1].split("|") for part in row[3:])))
        return found


def read(text: str) -> Instance:
    """An instance from its text. Raises KeyError or ValueError for a file of another format."""
    parts: dict[str, list[list[str]]] = defaultdict(list)
    name, times = "", 0
    for line in text.splitlines():
        if re.fullmatch(r"[A-Z_]+", line) and line != "END":
            name = f"{line}{times}" if line == "HOSPITAL_DEMAND" else line
            times += line == "HOSPITAL_DEMAND"
        elif line != "END":
            parts[name].append(line.split(","))
    first, last = (date.fromisoformat(cell) for cell in parts["SCHEDULING_PERIOD"][0][2:4])

    def day(text: str) -> int:
        return (date.fromisoformat(text) - first).days

    rules: dict[str, list[list[str]]] = {}
    for row in parts["CONTRACTS"]:
        if row[0] == "contractName":
            rules[row[1]] = kept = []
        elif len(row) > 1:
            kept.append(row)
    nurses = [Nurse(row[1], row[3 : 3 + int(row[2])]) for row in parts["EMPLOYEES"]]
    for when, who, shift in parts["HISTORY"]:
        nurses[int(who)].before[day(when)] = shift
    least = {(day(row[0]), row[1], row[2]): int(row[3]) for row in parts["HOSPITAL_DEMAND0"]}
    wanted = {(day(row[0]), row[1], row[2]): (int(row[3]), int(row[4])) for row in parts["HOSPITAL_DEMAND1"]}
    wishes = [(day(row[0]), int(row[1]), row[3], int(row[4])) for row in parts["PREFERENCES"]]
    return Instance(first, (last - first).days + 1, [row[0] for row in parts["SHIFTS"]],
                    [row[0] for row in parts["SKILLS"]], rules, nurses, least, wanted, wishes)  # fmt: skip


# --- the cost, counted by plain loops ---------------------------------------------------------------


def cost(instance: Instance, table: Sequence[Sequence[str]], skilled: dict[tuple[int, int], str]) -> dict[str, int]:
    """What a schedule costs, by kind. `table` holds a shift or `-` for each nurse and day, `skilled` the skill."""
    found = dict.fromkeys(("coverage", "runs", "rest", "wishes", "complete", "total", "weekends"), 0)
    for key, (many, price) in instance.wanted.items():
        there = sum(table[n][key[0]] == key[1] and skilled.get((n, key[0])) == key[2] for n in range(len(table)))
        found["coverage"] += price * max(0, many - there)
    for when, who, shift, price in instance.wishes:
        stands = table[who][when]
        found["wishes"] += price * (stands != OFF and shift in ("Any", stands))
    for nurse, row in zip(instance.nurses, table, strict=True):
        _of_nurse(instance, nurse, row, found)
    return found


def _of_nurse(instance: Instance, nurse: Nurse, row: Sequence[str], found: dict[str, int]) -> None:
    series = [*(nurse.before.get(day, OFF) for day in range(-5, 0)), *row]
    for what, bounds in instance.runs(nurse):
        flags = [_is(what, one) for one in series]
        found["rest" if what == "Rest" else "runs"] += _runs(flags, bounds, 5)
    worked = sum(one != OFF for one in row)
    for line in instance.of(nurse, "MinMaxNumAssignmentsInFourWeeks"):
        found["total"] += int(line[2]) * max(0, int(line[1]) - worked) + int(line[4]) * max(0, worked - int(line[3]))
    ends = [(row[day] != OFF, row[day + 1] != OFF) for day in range(5, instance.days, 7)]
    for line in instance.of(nurse, "TotalWeekendsInFourWeeks"):
        found["weekends"] += int(line[4]) * max(0, sum(map(any, ends)) - int(line[3]))
    for line in instance.of(nurse, "CompleteWeekends"):
        found["complete"] += int(line[1]) * sum(one != other for one, other in ends)


def _is(what: str, shift: str) -> bool:
    return shift != OFF if what == "Work" else shift == OFF if what == "Rest" else shift == what


def _runs(flags: list[bool], bounds: Bounds, known: int) -> int:
    """Runs that are too short or too long; one that lasts at the end is not too short yet."""
    low, low_price, high, high_price = bounds
    total, start = 0, None
    for at, flag in enumerate([*flags, False]):
        if flag and start is None:
            start = at
        elif not flag and start is not None:
            length, ended = at - start, at < len(flags)
            if at > known:
                total += high_price * min(max(0, length - high), at - known)
            if ended and at >= known:
                total += low_price * max(0, low - length)
            start = None
    return total


# --- the model --------------------------------------------------------------------------------------


def solve(instance: Instance, *, effort: float) -> tuple[list[list[str]], dict[tuple[int, int], str], float, bool]:
    """A schedule, the skill of each assignment, a lower bound, and whether it is proven best."""
    model = cp_model.CpModel()
    price: list[cp_model.LinearExprT] = []
    var = {
        (n, d, s, k): model.new_bool_var("")
        for n, d in product(range(len(instance.nurses)), range(instance.days))
        for s, k in product(instance.shifts, instance.skills)
        if instance.may(instance.nurses[n], k)
    }

    def on(n: int, d: int, s: str) -> cp_model.LinearExprT:
        return sum(var[n, d, s, k] for k in instance.skills if (n, d, s, k) in var)

    for (d, s, k), many in instance.least.items():
        there = sum(var[n, d, s, k] for n in range(len(instance.nurses)) if (n, d, s, k) in var)
        model.add(there >= many)
        wanted, each = instance.wanted[d, s, k]
        short = model.new_int_var(0, wanted, "")
        model.add(there + short >= wanted)
        price.append(each * short)
    for n, nurse in enumerate(instance.nurses):
        price += _model_of(model, instance, nurse, lambda d, s, n=n: on(n, d, s))
    for d, n, s, each in instance.wishes:
        price += [each * on(n, d, shift) for shift in instance.shifts if s in ("Any", shift)]
    model.minimize(sum(price))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = effort
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        raise SystemExit("no schedule found in this effort")
    table = [[OFF] * instance.days for _ in instance.nurses]
    skilled = {}
    for (n, d, s, k), one in var.items():
        if solver.boolean_value(one):
            table[n][d], skilled[n, d] = s, k
    return table, skilled, solver.best_objective_bound, status == cp_model.OPTIMAL


def _model_of(
    model: cp_model.CpModel, instance: Instance, nurse: Nurse, on: Callable[[int, str], cp_model.LinearExprT]
) -> list[cp_model.LinearExprT]:
    """One nurse: a shift a day, successions, and what is too much or too little with its price."""
    price: list[cp_model.LinearExprT] = []
    work = [model.new_bool_var("") for _ in range(instance.days)]
    for d in range(instance.days):
        model.add(sum(on(d, s) for s in instance.shifts) == work[d])
        for one, other in instance.forbidden(nurse):
            earlier = on(d - 1, one) if d else int(nurse.before.get(-1) == one)
            model.add(earlier + on(d, other) <= 1)
    for what, bounds in instance.runs(nurse):
        past = [int(_is(what, nurse.before.get(day, OFF))) for day in range(-5, 0)]
        now = [work[d] if what == "Work" else 1 - work[d] if what == "Rest" else on(d, what)
               for d in range(instance.days)]  # fmt: skip
        price += _model_runs(model, [*past, *now], bounds, len(past))
    worked = sum(work)
    for line in instance.of(nurse, "MinMaxNumAssignmentsInFourWeeks"):
        price += [
            int(line[2]) * _over(model, int(line[1]) - worked),
            int(line[4]) * _over(model, worked - int(line[3])),
        ]
    ends = []
    for d in range(5, instance.days, 7):
        either, half = model.new_bool_var(""), model.new_bool_var("")
        model.add_max_equality(either, [work[d], work[d + 1]])
        model.add(half >= work[d] - work[d + 1])
        model.add(half >= work[d + 1] - work[d])
        ends.append(either)
        price += [int(line[1]) * half for line in instance.of(nurse, "CompleteWeekends")]
    for line in instance.of(nurse, "TotalWeekendsInFourWeeks"):
        price.append(int(line[4]) * _over(model, sum(ends) - int(line[3])))
    return price


def _over(model: cp_model.CpModel, amount: cp_model.LinearExprT) -> cp_model.IntVar:
    over = model.new_int_var(0, 99, "")
    model.add(over >= amount)
    return over


def _model_runs(
    model: cp_model.CpModel, series: list[cp_model.LinearExprT], bounds: Bounds, known: int
) -> list[cp_model.LinearExprT]:
    """Every day beyond the most, and every run below the least, with its price."""
    low, low_price, high, high_price = bounds
    price: list[cp_model.LinearExprT] = []
    for end in range(known, len(series)):
        if end >= high:
            window = series[end - high : end + 1]
            price.append(high_price * _over(model, sum(window) - high))
    for length, start in product(range(1, low), range(1, len(series))):
        end = start + length
        if known <= end < len(series):
            pattern = sum(1 - one for one in series[start:end]) + series[start - 1] + series[end]
            short = model.new_bool_var("")
            model.add(short + pattern >= 1)
            price.append(low_price * (low - length) * short)
    return price


def best_skills(instance: Instance, table: Sequence[Sequence[str]]) -> dict[tuple[int, int], str]:
    """The skills with which a printed schedule covers most: the rarer skill first, for whoever may."""
    skilled = {}
    for d, s in product(range(instance.days), instance.shifts):
        crew = [n for n, row in enumerate(table) if row[d] == s]
        rare = instance.skills[0]
        able = [n for n in crew if instance.may(instance.nurses[n], rare)]
        for n in able[: instance.wanted[d, s, rare][0]]:
            skilled[n, d] = rare
        skilled |= {(n, d): instance.skills[1] for n in crew if (n, d) not in skilled}
    return skilled


def main() -> None:
    """Read, solve or check, and print the cost by kind."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("instance", type=Path)
    parser.add_argument("--effort", type=float, default=60.0, help="deterministic time of the solver")
    parser.add_argument("--check", type=Path, help="count the cost of this table instead of solving")
    given = parser.parse_args()
    instance = read(given.instance.read_text(encoding="utf-8"))
    if given.check:
        letters = {shift[0]: shift for shift in instance.shifts} | {OFF: OFF}
        table = [[letters[sign] for sign in re.findall(r"[A-Z-](?=\|)", line.split("|", 1)[1])]
                 for line in given.check.read_text(encoding="utf-8").splitlines() if "|" in line]  # fmt: skip
        found = cost(instance, table, best_skills(instance, table))
        print(sum(found.values()), found)
        return
    table, skilled, bound, proven = solve(instance, effort=given.effort)
    found = cost(instance, table, skilled)
    print(sum(found.values()), found, f"bound {bound:.0f}", "proven best" if proven else "not proven")


if __name__ == "__main__":
    main()
