"""`sibulou drill`: plant misses of every kind in a scratch county, let some weeks pass, and see whether all are shown.

The checker keeps its own books (`drill_plan`, `drill_roster`, `drill_books`): it reads the plan's text itself, does its own
calendar arithmetic, and asks neither `duty.gap` nor `cadence`, `chain`, `reconcile` or `settle` what to expect. A drill that
asked the kernel what is right would find nothing that the kernel has wrong. Only the deeds (hand in a record, appoint, waive)
and the looks (`duty.board`) are the product's own. docs/reference/drill.md lists what is planted.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sibulou.demo.drill_look import Look, Row

START = datetime(2020, 2, 3, 1, 15, tzinfo=UTC)
"""09:15 in the county, on a Monday: a start in the middle of a morning, as in life."""
DAYS = 17
SAID = 60
"""How many findings the text table prints in full."""
PLAN = "covid19-2020.yaml"


@dataclass(frozen=True)
class Result:
    """What a drill found."""

    code: str
    seed: int
    scale: float
    people: int
    days: int
    obligations: int
    records: int
    seconds: float
    look: Look

    @property
    def passed(self) -> bool:
        return not self.look.findings

    def as_json(self) -> dict[str, Any]:
        """Everything, for a machine."""
        return {
            "county": self.code, "seed": self.seed, "scale": self.scale, "people": self.people, "days": self.days,
            "obligations": self.obligations, "records": self.records, "seconds": round(self.seconds, 1),
            "looks": self.look.looks, "nodes_balanced": self.look.nodes - self.look.unbalanced,
            "nodes": self.look.nodes, "passed": self.passed,
            "kinds": [
                {
                    "kind": row.kind, "planted": row.planted, "found": row.found, "false": row.false,
                    "wrong": row.wrong, "minutes_median": middle(row.minutes),
                    "minutes_most": max(row.minutes, default=None),
                }
                for row in rows(self.look)
            ],
            "findings": [{"kind": one.kind, "zh": one.zh, "en": one.en} for one in self.look.findings],
        }  # fmt: skip


def middle(values: list[float]) -> float | None:
    """The median, None of nothing."""
    return sorted(values)[len(values) // 2] if values else None


def rows(look: Look) -> list[Row]:
    """The kinds in the order of their names."""
    return [look.rows[kind] for kind in sorted(look.rows)]


def main(args: argparse.Namespace) -> int:
    """Run a drill in a database of its own, which is dropped at the end. Gives 1 when something was missed or false."""
    signal.signal(signal.SIGTERM, _interrupted)
    with scratch_county(args) as say:
        result = run(code=args.code, scale=args.scale, seed=args.seed, say=say)
    if args.json:
        print(json.dumps(result.as_json(), ensure_ascii=False, indent=1))
    else:
        print(table(result))
    return 0 if result.passed else 1


def _interrupted(number: int, frame: object) -> None:
    """A polite request to stop is Ctrl-C: the scratch database goes in both cases."""
    raise KeyboardInterrupt


@contextmanager
def scratch_county(args: argparse.Namespace) -> Iterator[Callable[[str], None]]:
    """A founded county in a scratch database; gives a way to say what goes on."""
    from sibulou import edge
    from sibulou.lib import database

    def say(line: str) -> None:
        if not args.json:
            print(line, file=sys.stderr, flush=True)

    place = database.find(os.environ)
    connections = database.open(place)
    name = f"sibulou_drill_{os.getpid()}"
    try:
        edge.hand_over(place, database.create_scratch(connections, name))
        _found(args, say)
        yield say
    finally:
        from django.db import connections as open_ones

        open_ones.close_all()
        if getattr(args, "keep", False):
            say(f"数据库 {name} 已保留。 · The database {name} is kept.")
        else:
            database.drop_scratch(connections, name)


def _found(args: argparse.Namespace, say: Callable[[str], None]) -> None:
    os.environ["SIBULOU_DEMO"] = "1"
    import django

    django.setup()
    from django.core.management import call_command

    from sibulou.demo.load import county_cipher, found_and_load
    from sibulou.roster.audit import By

    call_command("migrate", database="owner", verbosity=0)
    tally = found_and_load(
        code=args.code, cipher=county_cipher(), start=START, by=By("演练"), scale=args.scale, seed=args.seed
    )
    say(f"建县 {args.code}：{tally.rows.get('person', 0)} 人 · founded with {tally.rows.get('person', 0)} people")


def run(
    *, code: str, scale: float = 0.0, seed: int = 1, days: int = DAYS, each: int | None = None,
    plan: str | None = None, say: Callable[[str], None] = lambda line: None,
) -> Result:  # fmt: skip
    """Plant, play and look, in the county `code` that is founded in the database at hand."""
    from sibulou.demo.drill_books import Ledger
    from sibulou.demo.drill_diary import Writer
    from sibulou.demo.drill_look import Look
    from sibulou.demo.drill_plan import read_plan
    from sibulou.demo.drill_play import BY, Play
    from sibulou.demo.drill_plot import Plot, Stretch
    from sibulou.demo.drill_roster import read_roster
    from sibulou.duty.force import activate, load
    from sibulou.duty.reconcile import reconcile
    from sibulou.roster.access import EVERYTHING, acting
    from sibulou.roster.areas import area_by_code

    began = time.monotonic()
    rng = random.Random(f"{code}-{seed}")
    text = plan or resources.files("sibulou.plans").joinpath(PLAN).read_text(encoding="utf-8")
    own = read_plan(text)
    with acting(EVERYTHING):
        county = area_by_code(code)
        roster = read_roster(*county.range, own.zone)
        version = load(text, file=PLAN, by=BY, now=START)
        event = activate(area=county, version=version, level=own.levels[0], title="演练", notice="演练〔2020〕1号",
                         legal_basis="演练", by=BY, now=START)  # fmt: skip
        reconcile(now=START, events=[event])
        ledger = Ledger(own, roster)
        end = START + timedelta(days=days)
        play = Play(event, roster, ledger, Look(ledger, county.pk), rng, START, end)
        turn = START + timedelta(days=days * 9 // 17, hours=5)
        stretches = (Stretch(own.levels[0], START, turn), Stretch(own.levels[2], turn, end + timedelta(days=30)))
        plot = Plot(play, Writer(own, rng, end), stretches)
        people = len(roster.of("person"))
        compose(plot, each or max(1, round(people / 1500)))
        play.fill_empty_seats(
            [one for one in ledger.items if one.place not in play.look.vacancies and one.place[0] != "guard"], START
        )
    say(f"埋入 {len(plot.plants)} 处 · {len(plot.plants)} situations planted; {len(ledger.items)} windows")
    play.run()
    _unfulfilled(plot)
    seconds = time.monotonic() - began
    return Result(code, seed, scale, people, days, len(ledger.items), play.told, seconds, play.look)


def compose(plot: Any, each: int) -> None:
    """Plant everything, each kind `each` times."""
    from sibulou.demo import (
        drill_plant_chain as chain,
    )
    from sibulou.demo import (
        drill_plant_records as records,
    )
    from sibulou.demo import (
        drill_plant_roster as changes,
    )
    from sibulou.demo import (
        drill_plant_stories as stories,
    )
    from sibulou.demo import (
        drill_plant_watch as watches,
    )
    from sibulou.demo import (
        drill_plant_windows as windows,
    )

    changes.plant_plan_changes(plot)
    plot.enter(plot.items_of(plot.play.roster.things.values()))
    watches.plant_watches(plot, 6 + 4 * each)
    chain.plant_unassignable(plot, each)
    stories.plant_leaks(plot, each)
    stories.plant_stories(plot, each)
    records.plant_records(plot, each)
    changes.plant_roster(plot, each)
    changes.plant_after_changes(plot, each)
    windows.plant_windows(plot, each)
    windows.plant_events(plot, each)
    chain.plant_vacancies(plot, each)
    plot.hand_over()


def _unfulfilled(plot: Any) -> None:
    """A plant that never came to pass proves nothing, so it is a finding."""
    look = plot.play.look
    seen = {plant for _, plant in look.episodes}
    for plant in plot.plants:
        row = look.row(plant.kind)
        if plant.control:
            row.planted += 1
            row.found += not row.false
        elif plant not in seen:
            look.find(plant.kind, f"埋入的“{plant.kind}”（{plant.where}）没有发生。",
                      f"The planted {plant.kind} ({plant.where}) never came to pass.")  # fmt: skip


def table(result: Result) -> str:
    """The result as text, in Chinese and English."""
    look = result.look
    lines = [
        f"演练 drill · {result.code} · 种子 seed {result.seed} · {result.people} 人 people · {result.days} 天 days · "
        f"{result.obligations} 项应办 obligations · {result.records} 条记录 records · {result.seconds:.0f} s",
        f"{'种类 kind':40} {'埋入':>4} {'发现':>4} {'误报':>4} {'有误':>4}  {'分钟 中位/最长':>10}",
        f"{'':40} {'planted':>7} {'found':>6} {'false':>6} {'wrong':>6}  {'minutes median/most':>10}",
    ]
    for row in rows(look):
        took = f"{middle(row.minutes):.0f}/{max(row.minutes):.0f}" if row.minutes else "-"
        lines.append(f"{row.kind:40} {row.planted:7} {row.found:6} {row.false:6} {row.wrong:6}  {took:>10}")
    lines.append(
        f"看了 {look.looks} 次，{look.nodes} 个节点的账全平 · {look.looks} looks, the books of {look.nodes} nodes balance"
        if not look.unbalanced else f"{look.unbalanced} 个节点的账不平 · {look.unbalanced} nodes do not balance"
    )  # fmt: skip
    lines += [f"✗ {one.zh}\n  {one.en}" for one in look.findings[:SAID]]
    if len(look.findings) > SAID:
        lines.append(f"… 还有 {len(look.findings) - SAID} 处 · {len(look.findings) - SAID} more (--json lists all)")
    lines.append("全部发现，没有误报。 · All found, nothing else." if result.passed else
                 f"{len(look.findings)} 处不符。 · {len(look.findings)} findings.")  # fmt: skip
    return "\n".join(lines)
