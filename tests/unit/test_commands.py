"""The commands from an empty folder to a stood-down event, each as a process of its own, as an operator types them."""

from __future__ import annotations

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

import pytest

from sibulou import serve

PLAN = Path(__file__).parents[2] / "sibulou" / "plans" / "covid19-2020.yaml"


class Desk:
    """A data folder and what is typed at it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("SIBULOU_", "DATABASE_"))}
        self.env = kept | {"SIBULOU_DATA": str(folder / "data"), "SIBULOU_STATIC": str(folder / "static")}

    def types(self, *words: str, code: int = 0) -> str:
        """What the command says; fails when it ends with another code, or with a traceback."""
        done = subprocess.run(
            [sys.executable, "-m", "sibulou", *words], check=False, env=self.env, text=True, capture_output=True
        )
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


def test_serving_ends_clean_and_survives_a_kill(desk: Desk) -> None:
    port = _free_port()
    desk.types("db", "stop")
    for end in (signal.SIGKILL, signal.SIGTERM):
        serving = subprocess.Popen(
            [sys.executable, "-m", "sibulou", "run", "--port", str(port), "--no-jobs", "--workers", "1"],
            env=desk.env, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert serving.stdout is not None
        with serving.stdout:
            assert f":{port}/" in serving.stdout.readline()
            assert _page(port) == 200
            assert "--port" in desk.types("run", "--port", str(port), code=1)
            serving.send_signal(end)
            serving.wait(20)
            _wait_until_free(port)
    assert serving.returncode == 0


def _page(port: int) -> int:
    for _ in range(100):
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


def _wait_until_free(port: int) -> None:
    for _ in range(100):
        try:
            serve.check_port("127.0.0.1", port)
        except serve.PortTaken:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the port is still taken")


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
