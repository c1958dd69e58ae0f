"""`sibulou demo`: found the demonstration county, play its ten days, serve it and keep it alive."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from sibulou import edge, serve
from sibulou.lib import clock, database, schema
from sibulou.lib.problem import Problem
from sibulou.roster.divisions import county

DATA = "data/demo"
START = datetime(2020, 1, 31, tzinfo=ZoneInfo("Asia/Shanghai"))
"""The start key is pressed; the demonstration's clock first stands on the morning of the last day played."""
MORNING = timedelta(hours=10, minutes=30)
PASSWORD = "Sibulou-2020-demo"
"""One account of each role has it; documented, and worth nothing outside the demonstration."""


class AnotherDemo(Problem):
    """The data folder holds a demonstration of another county, size or seed."""

    number = "409.60"
    zh = "{folder} 里是另一个演示县（{found}）。请加 --fresh 清除它重来，或用 SIBULOU_DATA 指定另一个目录。"
    en = (
        "{folder} holds another demonstration ({found}). Add --fresh to clear it and start over, or name "
        "another folder in SIBULOU_DATA."
    )


class NotADemo(Problem):
    """The database holds something that no demonstration made; it is left alone."""

    number = "409.61"
    zh = "{folder} 的数据库里已有数据，但不是演示县，不能动它。请用 SIBULOU_DATA 指定另一个目录，或换一个空的数据库。"
    en = (
        "The database of {folder} holds data that no demonstration made, so it is left alone. Name another "
        "folder in SIBULOU_DATA, or give an empty database."
    )


class NotMade(Problem):
    """The process that makes the county ended before it was whole."""

    number = "409.62"
    zh = "演示县没有建成，原因见上面的输出。请处理后再运行一次 make demo；{folder} 里的半成品会自动清除。"
    en = (
        "The demonstration county was not finished; the lines above say why. Put that right and run make demo again; "
        "what is half made in {folder} is cleared by itself."
    )


@dataclass(frozen=True)
class Script:
    """What is played: county, size, seed and days; written down beside the data."""

    code: str
    scale: float
    seed: int
    days: int

    @property
    def now(self) -> datetime:
        """Where the demonstration's clock first stands."""
        return START + timedelta(days=self.days) + MORNING

    def words(self) -> str:
        return f"{self.code}, {self.scale:g}, {self.seed}, {self.days}"


def demo(given: argparse.Namespace) -> None:
    """Make the county if it is not there, then serve it until Ctrl-C."""
    os.environ.setdefault("SIBULOU_DATA", DATA)
    os.environ["SIBULOU_DEMO"] = "1"
    place = database.find(os.environ)
    county(given.code)  # before anything is made
    script = Script(given.code, given.scale, given.seed, given.days)
    with database.tenancy(place.data, command="demo", now=clock.now()) as tenancy:
        serve.check_port(given.host, given.port)
        with serve.own_server(place):
            prepare(place, database.open(place), script, fresh=given.fresh)
            _serve(given, place, script, tenancy)


def prepare(place: database.Place, connections: database.Connections, script: Script, *, fresh: bool) -> None:
    """Make the county unless it is there, whole. What was interrupted is cleared and made again.

    Raises AnotherDemo and NotADemo.
    """
    note = place.data / "demo.json"
    found = _noted(note)
    if found is None and _filled(connections):
        raise NotADemo(folder=place.data)
    if found is not None and found.get("finished") and not fresh:
        if found["script"] != asdict(script):
            raise AnotherDemo(folder=place.data, found=Script(**found["script"]).words())
        return
    if found is not None:
        database.create_scratch(connections, connections.owner["NAME"])
    (place.data / "clock.json").unlink(missing_ok=True)
    _note(note, script, finished=False)
    make(script)
    _note(note, script, finished=True)


def _noted(note: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(note.read_text())
    except OSError:
        return None
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _note(note: Path, script: Script, *, finished: bool) -> None:
    aside = note.with_suffix(".new")
    aside.write_text(json.dumps({"script": asdict(script), "finished": finished}) + "\n")
    aside.replace(note)


def _filled(connections: database.Connections) -> bool:
    """Whether anything is in the database."""
    entry = connections.owner
    named = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    with psycopg.connect(**{key: entry[name] for key, name in named.items() if entry.get(name)}) as session:
        return session.execute("SELECT FROM pg_tables WHERE schemaname = 'public' LIMIT 1").fetchone() is not None


@contextlib.contextmanager
def step(zh: str, en: str) -> Iterator[Callable[[str], None]]:
    """A line that says what is being done, and when it is done how long it took."""
    print(f"  {zh} · {en} …", end=" ", flush=True)
    begun, said = time.monotonic(), list[str]()
    yield said.append
    print(*said, f"{time.monotonic() - begun:.1f} s", flush=True)


def make(script: Script) -> None:
    """Make the county in a process of its own: it works as the owner, and nothing of that may reach who serves.

    Raises NotMade when that process fails; it has said why.
    """
    words = [sys.executable, "-m", "sibulou.demo.child", "make", json.dumps(asdict(script))]
    if subprocess.run(words, stdin=subprocess.DEVNULL, check=False).returncode:
        raise NotMade(folder=database.find(os.environ).data)


def make_here(script: str) -> None:
    """The tables, the county, the ten days. As the owner throughout, whom row-level security does not hold."""
    place = database.find(os.environ)
    connections = database.open(place)
    edge.hand_over(place, database.Connections(owner=connections.owner, app=connections.owner))
    import django

    django.setup()
    from django.db import connections as django_connections

    with step("建表", "tables"):
        schema.bring_up()
    from sibulou.demo.days import play_days

    play_days(Script(**json.loads(script)), step=step)
    django_connections.close_all()


def _serve(given: argparse.Namespace, place: database.Place, script: Script, tenancy: database.Tenancy) -> None:
    edge.open_county(place, pool=True)
    from django.conf import settings
    from django.core.management import call_command

    from sibulou.demo.living import kept_clock

    since = kept_clock(place.data) or script.now
    shift = (datetime.now(UTC) - since).total_seconds()
    os.environ["SIBULOU_CLOCK_SHIFT"] = f"{shift:.3f}"
    schema.bring_up()
    call_command("collectstatic", interactive=False, verbosity=0)
    with _field(place.data, script, since):
        serve.serve(
            host=given.host, port=given.port, workers=given.workers, static=Path(settings.STATIC_ROOT), jobs=True,
            ready=lambda address: _say_ready(tenancy, address, since),
        )  # fmt: skip


@contextlib.contextmanager
def _field(data: Path, script: Script, since: datetime) -> Iterator[None]:
    """The people in the field, as a child of this process."""
    words = [str(data), str(script.seed), since.isoformat(), script.now.isoformat()]
    child = subprocess.Popen([sys.executable, "-m", "sibulou.demo.child", "field", *words], stdin=subprocess.PIPE)
    try:
        yield
    finally:
        child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _say_ready(tenancy: database.Tenancy, address: str, since: datetime) -> None:
    from sibulou.demo.accounts import listed

    tenancy.serves(address)
    local = since.astimezone(START.tzinfo)
    print(f"\n  演示县时间 · the county's clock: {local:%F %R}")
    print(f"  密码 · password: {PASSWORD}")
    for username, zh, en in listed():
        print(f"    {username:<20} {zh} · {en}")
    print(f"\n  请打开 {address} ，按 Ctrl-C 停止 · open {address} ; Ctrl-C stops it", flush=True)


def field(data: str, seed: str, since: str, first: str) -> None:
    """The process of the people in the field, ended by its parent."""
    serve.end_at_eof()
    edge.open_county()
    from sibulou.demo.living import live

    with contextlib.suppress(KeyboardInterrupt):
        live(Path(data), int(seed), datetime.fromisoformat(since) - timedelta(minutes=1), datetime.fromisoformat(first))
