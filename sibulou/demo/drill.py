"""`sibulou drill`: plant misses of every kind in a scratch county, let two weeks pass, and see whether all are shown.

The checker keeps its own books (`drill_plan`, `drill_roster`, `drill_books`): it reads the plan's text itself, does its
own calendar arithmetic, and asks neither `duty.gap` nor `cadence`, `chain`, `reconcile` or `settle` what to expect. A
drill that asked the kernel what is right would find nothing that the kernel has wrong. Only the deeds (hand in a
record, appoint, waive) and the looks (`duty.board`) are the product's own. docs/reference/drill.md lists the plants.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import resources
from typing import TYPE_CHECKING, Any

from sibulou.demo.drill_kinds import ASIDE, KINDS, words

if TYPE_CHECKING:
    from sibulou.demo.drill_look import Look, Row
    from sibulou.demo.drill_play import Play
    from sibulou.demo.drill_plot import Plot

START = datetime(2020, 2, 3, 1, 15, tzinfo=UTC)
"""09:15 in the county, on a Monday: a start in the middle of a morning, as in life."""
DAYS = 17
"""So that windows of fourteen days come due as well."""
PLAN = "covid19-2020.yaml"
SAID = 40
"""How many findings the text table prints in full."""


@dataclass(frozen=True)
class Result:
    """What a drill found."""

    code: str
    seed: int
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
        look = self.look
        return {
            "county": self.code,
            "seed": self.seed,
            "people": self.people,
            "days": self.days,
            "obligations": self.obligations,
            "records": self.records,
            "seconds": round(self.seconds, 1),
            "looks": look.looks,
            "books": {"nodes": look.nodes, "unbalanced": look.unbalanced},
            "passed": self.passed,
            "kinds": [_row_as_json(row) for row in rows(look)],
            "findings": [{"kind": one.kind, "zh": one.zh, "en": one.en} for one in look.findings],
        }


def _row_as_json(row: Row) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "planted": row.planted,
        "found": row.found,
        "false": row.false,
        "wrong": row.wrong,
        "minutes": {"median": middle(row.minutes), "most": max(row.minutes, default=None)},
    }


def middle(values: list[float]) -> float | None:
    """The median, None of nothing."""
    return sorted(values)[len(values) // 2] if values else None


def rows(look: Look) -> list[Row]:
    """The kinds in the order in which `drill_kinds` lists them."""
    order = {kind: at for at, kind in enumerate([*KINDS, *ASIDE])}
    return sorted(look.rows.values(), key=lambda row: order.get(row.kind, len(order)))


# --- the command ------------------------------------------------------------------------------------


def main(args: argparse.Namespace) -> int:
    """Run a drill in a database of its own, which is dropped at the end. Gives 1 when one was missed or false."""
    from sibulou.roster.divisions import county

    county(args.code)  # before anything is made
    signal.signal(signal.SIGTERM, _interrupted)
    with scratch_county(args) as say:
        result = run(code=args.code, seed=args.seed, whole=True, say=say)
    print(json.dumps(result.as_json(), ensure_ascii=False, indent=1) if args.json else table(result))
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
        if args.keep:
            say(f"数据库 {name} 已保留。 · The database {name} is kept.")
        else:
            database.drop_scratch(connections, name)


def _found(args: argparse.Namespace, say: Callable[[str], None]) -> None:
    os.environ["SIBULOU_DEMO"] = "1"
    import django

    django.setup()
    from django.core.management import call_command

    from sibulou.demo.load import found_and_load
    from sibulou.roster.audit import By
    from sibulou.roster.seal import field_cipher

    call_command("migrate", database="owner", verbosity=0)
    tally = found_and_load(
        code=args.code, cipher=field_cipher(), start=START, by=By("演练"), scale=args.scale, seed=args.seed
    )
    say(f"建县 {args.code}：{tally.rows.get('person', 0)} 人 · founded with {tally.rows.get('person', 0)} people")


# --- the drill --------------------------------------------------------------------------------------


def run(
    *, code: str, seed: int = 1, days: int = DAYS, each: int | None = None, whole: bool = False,
    until_found: bool = False, say: Callable[[str], None] = lambda line: None,
) -> Result:  # fmt: skip
    """Plant, play and look, in the county `code` that is founded in the database at hand.

    `each`: how often each kind is planted (default: by the people). `whole`: every kind must find a place.
    `until_found`: stop at the first finding.
    """
    from sibulou.demo.drill_cordon import check_cordon
    from sibulou.demo.drill_rota import check_shifts
    from sibulou.roster.access import EVERYTHING, acting

    began = time.monotonic()
    with acting(EVERYTHING):
        plot = begin(code, seed, days)
        people = len(plot.play.roster.of("person"))
        compose(plot, each or max(2, people // 1500))
    play = plot.play
    say(f"埋入 {len(plot.plants)} 处 · {len(plot.plants)} situations; {len(play.ledger.items)} windows")
    play.run(until_found=until_found)
    if not until_found:
        with acting(EVERYTHING):
            check_cordon(plot)
            check_shifts(plot)
        _came_to_pass(plot, whole=whole)
    return Result(
        code, seed, people, days, len(play.ledger.items), play.told, time.monotonic() - began, play.look
    )  # fmt: skip


def begin(code: str, seed: int, days: int) -> Plot:
    """Press the start key, and take stock of the county in the drill's own books."""
    from sibulou.demo.drill_books import Ledger
    from sibulou.demo.drill_diary import Writer
    from sibulou.demo.drill_look import Look
    from sibulou.demo.drill_plan import read_plan
    from sibulou.demo.drill_play import BY, Play
    from sibulou.demo.drill_plot import Plot, Stretch
    from sibulou.demo.drill_roster import read_roster
    from sibulou.demo.drill_rota import publish_a_roster, read_shifts
    from sibulou.demo.drill_units import add_units, with_units
    from sibulou.duty.force import activate, load
    from sibulou.roster.areas import area_by_code

    rng = random.Random(f"{code}-{seed}")
    text = with_units(resources.files("sibulou.plans").joinpath(PLAN).read_text(encoding="utf-8"))
    own = read_plan(text)
    county = area_by_code(code)
    add_units(county, rng=rng, by=BY, now=START - timedelta(days=1))
    publish_a_roster(county, days=days, by=BY, now=START - timedelta(hours=1))
    roster = read_roster(*county.range, own.zone)
    read_shifts(roster)
    event = activate(
        area=county, version=load(text, file=PLAN, by=BY, now=START), level=own.levels[0], title="演练",
        notice="演练〔2020〕1号", legal_basis="演练", by=BY, now=START,
    )  # fmt: skip
    ledger = Ledger(own, roster)
    end = START + timedelta(days=days)
    turn = START + timedelta(days=days * 9 // 17, hours=5)
    stretches = (Stretch(own.levels[0], START, turn), Stretch(own.levels[2], turn, end + timedelta(days=30)))
    play = Play(event, roster, ledger, Look(ledger, county.pk), rng, START, end)
    return Plot(play, Writer(own, rng, end), stretches)


def compose(plot: Plot, each: int) -> None:
    """Plant everything, each kind `each` times, and send the field on its way."""
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
        drill_plant_stock as stock,
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
    from sibulou.demo.drill_passages import plant_passages
    from sibulou.demo.drill_plant_desk import plant_desk
    from sibulou.demo.drill_rota import plant_shifts

    changes.plant_plan_changes(plot)
    plot.enter(plot.items_of(plot.play.roster.things.values()))
    watches.plant_watches(plot, 6 + 4 * each)
    plant_desk(plot, each)
    stories.plant_stories(plot, each)
    plant_shifts(plot, each)
    changes.plant_roster(plot, each)
    chain.plant_unassignable(plot, each)
    stories.plant_leaks(plot, each)
    records.plant_records(plot, each)
    changes.plant_after_changes(plot, each)
    windows.plant_events(plot, each)
    windows.plant_windows(plot, each)
    chain.plant_vacancies(plot, each)
    plant_passages(plot, each)
    stock.plant_stock(plot, each)
    plot.hand_over()
    _start(plot.play)


def _start(play: Play) -> None:
    """The clockwork's first run; and whoever the county left out is found, but for the planted vacancies."""
    play.reconcile(START)
    play.fill_empty_seats(
        [one for one in play.ledger.items if one.place not in play.look.vacancies and one.place[0] != "guard"], START
    )


def _came_to_pass(plot: Plot, *, whole: bool) -> None:
    """A plant that never came to pass proves nothing, so it is a finding; controls are counted."""
    look = plot.play.look
    seen = {plant for _, plant in look.episodes}
    for plant in plot.plants:
        row = look.row(plant.kind)
        if plant.control:
            row.planted += 1
            row.found += not row.false
        elif plant not in seen:
            look.find(plant.kind, f"埋入的“{words(plant.kind)[0]}”（{plant.where}）没有发生。",
                      f"The planted {words(plant.kind)[1]} ({plant.where}) never came to pass.")  # fmt: skip
    for kind in KINDS if whole else ():
        if kind not in look.rows:
            look.find(kind, f"“{words(kind)[0]}”在这个县里没有地方可埋，请加大规模。",
                      f"This county had no place for: {words(kind)[1]}. Choose a larger scale.")  # fmt: skip


# --- the table --------------------------------------------------------------------------------------


def table(result: Result) -> str:
    """The result as text, in Chinese and English."""
    look = result.look
    lines = [
        f"演练 drill · {result.code} · 种子 seed {result.seed} · {result.people} 人 people · {result.days} 天 days",
        f"{result.obligations} 项应办 obligations · {result.records} 条记录 records · {look.looks} 次查看 looks · "
        f"{result.seconds:.0f} s",
        _line("种类 kind", "埋入 planted", "发现 found", "误报 false", "有误 wrong", "分钟 minutes 中位/最长"),
        *(_line(f"{words(row.kind)[0]} {words(row.kind)[1]}", *_cells(row)) for row in rows(look)),
        f"{look.nodes - look.unbalanced}/{look.nodes} 个节点的账平 nodes balance",
        *(f"✗ {one.zh}\n  {one.en}" for one in look.findings[:SAID]),
    ]
    if len(look.findings) > SAID:
        lines.append(f"… 另有 {len(look.findings) - SAID} 处，见 --json · more in --json")
    verdict = ("全部发现，没有误报。", "All found, and nothing else.")
    failed = (f"{len(look.findings)} 处不符。", f"{len(look.findings)} findings.")
    return "\n".join([*lines, " · ".join(verdict if result.passed else failed)])


def _cells(row: Row) -> list[str]:
    took = f"{middle(row.minutes):.0f}/{max(row.minutes):.0f}" if row.minutes else "–"
    return [*(str(number) for number in (row.planted, row.found, row.false, row.wrong)), took]


def _line(first: str, *cells: str) -> str:
    wide = 82
    return first + " " * (wide - _width(first)) + "".join(" " * max(1, 13 - _width(cell)) + cell for cell in cells)


def _width(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
