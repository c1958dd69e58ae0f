"""The commands from an empty folder to a stood-down event, each as a process of its own, as an operator types them."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from sibulou import serve
from sibulou.lib import postgres

PLAN = Path(__file__).parents[2] / "sibulou" / "plans" / "covid19-2020.yaml"


class Desk:
    """A data folder and what is typed at it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("SIBULOU_", "DATABASE_"))}
        self.env = kept | {"SIBULOU_DATA": str(folder / "data"), "SIBULOU_STATIC": str(folder / "static")}

    def types(self, *words: str, code: int = 0, **settings: str) -> str:
        """What the command says, nobody sitting there; fails when it ends with another code, or with a traceback."""
        done = subprocess.run(
            [sys.executable, "-m", "sibulou", *words], check=False, env=self.env | settings, text=True,
            capture_output=True, stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        said = done.stdout + done.stderr
        assert "Traceback" not in said
        assert done.returncode == code, said
        return said


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with tempfile.TemporaryDirectory(prefix="sib", dir="/tmp", ignore_cleanup_errors=True) as folder:
        desk = Desk(Path(folder))
        yield desk
        desk.types("db", "stop")


def test_from_an_empty_folder_to_a_response_that_is_over(desk: Desk) -> None:
    password = desk.folder / "password"
    groups = desk.folder / "groups.csv"
    password.write_text("a quiet valley 7\n")
    groups.write_text("530425001001,1\n530425001001,2\n")
    assert "not run" in desk.types("db", "status", code=1)
    assert "sibulou migrate" in desk.types("reconcile", code=1)
    desk.types("migrate")
    assert "易门县" in desk.types("county", "found", "530425")
    assert "already" in desk.types("county", "found", "530425", code=1)
    assert "2 groups" in desk.types("county", "groups", str(groups))
    desk.types("user", "add", "li", "李明", "--password-file", str(password))
    assert "county duty officer" in desk.types("user", "appoint", "li", "county_duty", "530425")
    assert "sibulou user add" in desk.types("user", "appoint", "nobody", "county_duty", "530425", code=1)
    assert "plan load" in desk.types("start", "530425", "covid19_2020", "I", code=1)
    desk.types("plan", "load", str(PLAN))
    assert "I, II, III, IV" in desk.types("start", "530425", "covid19_2020", "V", code=1)
    opened = desk.types("start", "530425", "covid19_2020", "I", "--notice", "第1号")
    assert "0 obligations" not in opened
    assert "“新型冠状病毒肺炎疫情联防联控预案（2020）”" in opened
    assert "0 obligations opened" in desk.types("reconcile")
    desk.types("escalate")
    assert "no event" in desk.types("stand-down", "530425", "dengue", "--reason", "x", code=1).lower()
    over = ("stand-down", "530425", "covid19_2020", "--reason", "演习结束")
    assert "gaps are still open" in desk.types(*over, code=1)  # nobody was appointed: it all hangs on vacant seats
    assert "over" in desk.types(*over, "--waive-gaps")
    assert "whole" in desk.types("audit", "verify")
    assert "runs" in desk.types("db", "status")


def test_a_file_that_cannot_be_read_is_a_sentence(desk: Desk) -> None:
    assert "cannot be read" in desk.types("plan", "check", str(desk.folder / "none.yaml"), code=1)
    assert "cannot be read" in desk.types("plan", "check", str(desk.folder), code=1)


@pytest.fixture(scope="module")
def filled() -> Iterator[Desk]:
    """A desk with a county and a plan, and a file with a password."""
    with tempfile.TemporaryDirectory(prefix="sib", dir="/tmp", ignore_cleanup_errors=True) as made:
        filled = Desk(Path(made))
        (filled.folder / "password").write_text("a quiet valley 7\n")
        filled.types("migrate")
        filled.types("county", "found", "429004")
        filled.types("plan", "load", str(PLAN))
        yield filled
        filled.types("db", "stop")


@pytest.mark.parametrize(
    ("words", "settings", "zh", "en"),
    [
        (["county", "found", "999999"], {}, "没有代码“999999”", "has no code “999999”"),
        (["county", "groups", "/dev/null"], {}, "没有可导入的行", "no line to take in"),
        (["county", "groups", sys.executable], {}, "请", "again"),
        (
            ["user", "add", "wang", "长" * 41, "--password-file", "PASSWORD"],
            {},
            "最多 40 个字",
            "at most 40 characters",
        ),
        (["start", "429004", "covid19_2020", "I", "--title", "长" * 500], {}, "太长", "too long"),
        (["user", "add", "wang", "Wang"], {}, "没有终端", "no terminal"),
        (["reconcile"], {"SIBULOU_IDLE_SECONDS": "soon"}, "SIBULOU_IDLE_SECONDS 的值“soon”", "cannot be “soon”"),
        (["reconcile"], {"SIBULOU_DATA": "/dev/null"}, "/dev/null", "/dev/null"),
        (["backup", "/tmp/none"], {"SIBULOU_DATA": "/dev/null/x"}, "/dev/null/x", "/dev/null/x"),
        (["run"], {"SIBULOU_DATA": "/proc/none"}, "数据目录", "/proc/none"),
        (["run", "--port", "PORT"], {"SIBULOU_STATIC": "/dev/null/x"}, "写不了", "cannot be written"),
        (["docs", "--folder", "/dev/null"], {}, "写不了", "cannot be written"),
        (["demo", "--code", "999999"], {"SIBULOU_DATA": "NEW"}, "没有代码“999999”", "has no code “999999”"),
        (["drill", "--code", "999999"], {}, "没有代码“999999”", "has no code “999999”"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else "",
)
def test_bad_input_is_a_sentence_in_both_languages(
    filled: Desk, words: list[str], settings: dict[str, str], zh: str, en: str
) -> None:
    folder = filled.folder
    stands = {"PASSWORD": str(folder / "password"), "PORT": str(_free_port()), "NEW": str(folder / "new")}
    settings = {name: stands.get(value, value) for name, value in settings.items()}
    said = filled.types(*(stands.get(word, word) for word in words), code=1, **settings)
    assert zh in said and en in said
    assert not (filled.folder / "new").exists()


def test_serving_ends_clean_and_a_kill_frees_the_folder(desk: Desk) -> None:
    port = _free_port()
    desk.types("db", "stop")
    for end in (signal.SIGKILL, signal.SIGTERM):
        with _serving(desk, "run", "--port", str(port), "--no-jobs", "--workers", "1") as serving:
            assert _page(port) == 200
            serving.send_signal(end)
            serving.wait(20)
    assert serving.returncode == 0


def test_a_folder_has_one_server_and_many_commands(desk: Desk) -> None:
    """Whoever comes second is told who is there; what only reads or adds goes on beside it."""
    desk.types("migrate")
    port = _free_port()
    with _serving(desk, "run", "--port", str(port), "--no-jobs", "--workers", "1") as serving:
        for second in (("run", "--port", str(_free_port())), ("demo", "--port", str(_free_port())), ("db", "stop")):
            said = desk.types(*second, code=1)
            assert f"process {serving.pid} " in said and f"进程 {serving.pid} " in said
            assert f"http://127.0.0.1:{port}/" in said and "sibulou run" in said
        desk.types("county", "found", "429004")
        assert "whole" in desk.types("audit", "verify")
        desk.types("migrate")
        assert _page(port) == 200
        serving.terminate()
        serving.wait(20)


def test_a_server_leaves_the_database_to_a_command_that_works_on_it(desk: Desk) -> None:
    desk.types("db", "stop")
    slow = "from sibulou import edge; c = edge.open_county(); from django.db import connection as d\n"
    slow += "d.ensure_connection(); print(1, flush=True); input(); d.cursor().execute('SELECT 1'); print(2, flush=True)"
    with _serving(desk, "run", "--port", str(_free_port()), "--no-jobs", "--workers", "1") as serving:
        command = subprocess.Popen(
            [sys.executable, "-c", slow], env=desk.env, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert command.stdout is not None and command.stdout.readline() == "1\n"
        serving.terminate()
        assert serving.wait(20) == 0
        assert command.communicate("\n")[0] == "2\n"
    assert "runs" in desk.types("db", "status")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE django_migrations SET name = '0001_of_next_year' WHERE app = 'duty' AND name = '0001_initial'",
        "COMMENT ON TABLE django_migrations IS '{}'",
        "COMMENT ON TABLE django_migrations IS NULL",
    ],
    ids=["a later release", "an edited migration", "before the notes"],
)
def test_tables_of_another_release_are_told_of_and_left_alone(desk: Desk, change: str) -> None:
    desk.types("migrate")
    url = postgres.start(desk.folder / "data").url("sibulou")
    with psycopg.connect(url, autocommit=True) as session:
        asked = "SELECT obj_description('django_migrations'::regclass)"
        (note,) = session.execute(asked).fetchone() or ("",)
        session.execute(change)
        for command in (("migrate",), ("run",), ("county", "found", "429004"), ("audit", "verify")):
            said = desk.types(*command, code=1)
            assert "another release" in said and "另一版程序" in said and "--fresh" in said
        session.execute(sql.SQL("COMMENT ON TABLE django_migrations IS {}").format(note))
        session.execute("UPDATE django_migrations SET name = '0001_initial' WHERE name = '0001_of_next_year'")
    desk.types("audit", "verify")


@contextlib.contextmanager
def _serving(desk: Desk, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A server that has said its address; ended afterwards."""
    started = subprocess.Popen(
        [sys.executable, "-m", "sibulou", *words], env=desk.env, stdout=subprocess.PIPE, text=True
    )
    try:
        assert started.stdout is not None
        assert "http://127.0.0.1:" in started.stdout.readline()
        yield started
    finally:
        started.terminate()
        started.communicate(timeout=120)


def _page(port: int) -> int:
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in/") as answer:
                return int(answer.status)
        except ConnectionError:
            time.sleep(0.1)
        except OSError as refusal:
            if "refused" not in str(refusal):
                raise
            time.sleep(0.1)
    raise AssertionError("nothing serves")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_taken_port_names_the_next_free_one() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(serve.PortTaken) as said:
            serve.check_port("127.0.0.1", port)
        serve.check_port("127.0.0.1", int(str(said.value.facts["free"])))


@pytest.mark.parametrize(("host", "port"), [("203.0.113.7", 8000), ("127.0.0.1", 70000), ("127.0.0.1", 0)])
def test_an_address_that_cannot_be_used_is_a_sentence(host: str, port: int) -> None:
    with pytest.raises(serve.AddressUnusable):
        serve.check_port(host, port)
