"""What stays running: the clockwork does its work, whoever is killed is replaced, and the end leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from sibulou import serve
from sibulou.lib import postgres

pytestmark = pytest.mark.skipif(not Path("/proc/self").exists(), reason="processes are looked up in /proc")

HOOKED = """
from pathlib import Path
from sibulou import edge, serve
from sibulou.commands.storage import collect_static
from sibulou.lib import schema
edge.open_county(pool=True)
schema.bring_up()
def ready(address):
    from sibulou.roster.models import User
    print(User.objects.count(), address, flush=True)  # as the demonstration does: it opens the pool before the fork
serve.serve(host="127.0.0.1", port={port}, workers=2, static=collect_static(), jobs=False, ready=ready)
"""


@dataclass(frozen=True)
class House:
    """A data folder and the environment of what runs on it."""

    data: Path
    env: dict[str, str]

    def processes(self) -> dict[int, str]:
        """Every living process that was started for this folder, PostgreSQL too: its number and its command line."""
        return {int(entry.name): words for entry in Path("/proc").glob("[0-9]*") if (words := self._words(entry))}

    def _words(self, entry: Path) -> str:
        try:
            ours = f"SIBULOU_DATA={self.data}".encode() in (entry / "environ").read_bytes().split(b"\0")
            if ours or (entry / "cwd").readlink() == self.data / "postgres":
                return (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            return ""  # it ended meanwhile, or is somebody else's
        return ""

    def clockwork(self) -> list[int]:
        return [pid for pid, words in self.processes().items() if "sibulou work" in words]

    def session(self) -> psycopg.Connection:
        """The superuser's session in the county."""
        return psycopg.connect(postgres.start(self.data).url("sibulou"), autocommit=True)

    def climbs(self, *statuses: str) -> int:
        """How many times the clockwork was told to climb, by what became of it."""
        asked = "SELECT count(*) FROM procrastinate_jobs WHERE task_name LIKE '%%.climb' AND status::text = ANY(%s)"
        with self.session() as session:
            return int((session.execute(asked, [list(statuses)]).fetchone() or (0,))[0])


@dataclass(frozen=True)
class Serving:
    """A running `sibulou run`."""

    house: House
    process: subprocess.Popen[str]
    port: int

    def workers(self) -> list[int]:
        """The serving processes: children that were forked, not started."""
        children = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        pids = {int(pid) for path in children for pid in path.read_text().split()}
        return [pid for pid, words in self.house.processes().items() if pid in pids and "sibulou work" not in words]

    def page(self, cookie: str = "") -> int:
        """The status of one page; 0 when nothing answers."""
        asked = urllib.request.Request(f"http://127.0.0.1:{self.port}/sign-in/", headers={"Cookie": cookie})
        try:
            with urllib.request.urlopen(asked, timeout=60) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refusal:
            return refusal.code
        except OSError:
            return 0


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with tempfile.TemporaryDirectory(prefix="sib", dir="/tmp", ignore_cleanup_errors=True) as made:
        folder = Path(made).resolve()
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("SIBULOU_", "DATABASE_"))}
        yield House(
            folder / "data", kept | {"SIBULOU_DATA": str(folder / "data"), "SIBULOU_STATIC": str(folder / "static")}
        )
        postgres.stop(folder / "data")


Start = Callable[..., Serving]


@pytest.fixture
def start(house: House) -> Iterator[Start]:
    """Starts a server and waits for its address; whatever is left of it is ended afterwards."""
    started: list[subprocess.Popen[str]] = []

    def begin(*words: str, port: int = 0) -> Serving:
        port = port or _free_port()
        command = words or ("-m", "sibulou", "run", "--port", str(port), "--workers", "2")
        process = subprocess.Popen(
            [sys.executable, *command], env=house.env, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        started.append(process)
        assert process.stdout is not None
        assert f":{port}/" in process.stdout.readline()
        serving = Serving(house, process, port)
        _until(lambda: serving.page() == 200, "the first page is served")
        return serving

    yield begin
    for process in started:
        if process.poll() is None:
            process.terminate()
            process.wait(120)
        assert process.stdout is not None
        process.stdout.close()


def _until(happened: Callable[[], object], what: str, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, f"{seconds} s and not yet: {what}"
        time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_the_clockwork_climbs_and_is_started_again_when_killed(house: House, start: Start) -> None:
    start()
    _until(lambda: house.climbs("succeeded"), "the clockwork has climbed")
    [first] = house.clockwork()
    os.kill(first, signal.SIGKILL)
    _until(lambda: house.clockwork() not in ([], [first]), "another clockwork runs")
    before = house.climbs("succeeded")
    told = "from sibulou import edge; edge.open_county()\nfrom sibulou.duty.jobs import climb; climb.defer(timestamp=0)"
    subprocess.run([sys.executable, "-c", told], env=house.env, check=True)
    _until(lambda: house.climbs("succeeded") > before, "the new clockwork climbs")
    assert house.climbs("failed") == 0


def test_a_killed_serving_process_is_replaced(start: Start) -> None:
    serving = start()
    before = serving.workers()
    assert len(before) == 2
    os.kill(before[0], signal.SIGKILL)
    _until(lambda: len(serving.workers()) == 2 and before[0] not in serving.workers(), "two serve again")
    _until(lambda: all(serving.page() == 200 for _ in range(8)), "every page comes")
    assert serving.process.poll() is None


def test_a_second_server_on_the_port_is_told_in_a_sentence(house: House, start: Start, tmp_path: Path) -> None:
    port = str(start().port)
    words = [sys.executable, "-m", "sibulou", "run", "--port", port]
    env = house.env | {"SIBULOU_DATA": str(tmp_path)}
    second = subprocess.run(words, env=env, check=False, text=True, capture_output=True)
    assert second.returncode == 1
    assert f"Port {port} of 127.0.0.1 is taken" in second.stderr and "已被占用" in second.stderr
    assert "Traceback" not in second.stderr


def test_ctrl_c_ends_everything(house: House, start: Start) -> None:
    """A terminal tells the whole group; PostgreSQL was started by this server, so it ends with it."""
    postgres.stop(house.data)
    serving = start()
    assert len(house.clockwork()) == 1 and any("postgres" in words for words in house.processes().values())
    os.killpg(serving.process.pid, signal.SIGINT)
    assert serving.process.wait(120) in (0, 130)
    _until(lambda: not house.processes(), "no process is left")
    serve.check_port("127.0.0.1", serving.port)


def test_serving_processes_do_not_share_a_session_of_their_parent(house: House, start: Start) -> None:
    port = _free_port()
    serving = start("-c", HOOKED.format(port=port), port=port)
    with ThreadPoolExecutor(8) as pool:  # an unknown session is looked up in the database
        found = set(pool.map(lambda n: serving.page(f"sessionid=unknown{n}"), range(80)))
    assert found == {200}
