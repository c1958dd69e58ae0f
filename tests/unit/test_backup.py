"""A county as one file and back: into an empty place only, with its own keys only, and proved."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from sibulou.lib import database, postgres
from sibulou.lib.cipher import Cipher, Key

from .test_commands import Desk


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="sib", dir="/tmp", ignore_cleanup_errors=True) as made:
        yield Path(made).resolve()


@pytest.fixture(scope="module")
def desk(folder: Path) -> Iterator[Desk]:
    """A county with one account whose telephone is sealed, backed up to `county.backup`."""
    desk = Desk(folder)
    (folder / "password").write_text("a quiet valley 7\n")
    assert "nothing to back up" in desk.types("backup", str(folder / "none"), code=1)
    desk.types("migrate")
    desk.types("user", "add", "li", "李明", "--password-file", str(folder / "password"))
    keys = database.keys(database.find(desk.env))
    sealed = Cipher(Key(1, keys.cipher_key), blind_secret=keys.blind_key).seal("1", field="account.phone")
    with psycopg.connect(postgres.start(folder / "data").url("sibulou")) as session:
        session.execute("UPDATE account SET phone_sealed = %s", [sealed])
    assert str(folder / "data" / "secrets.json") in desk.types("backup", str(folder / "county.backup"))
    yield desk
    desk.types("db", "stop")


@pytest.fixture
def elsewhere(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Another machine: an empty folder."""
    with tempfile.TemporaryDirectory(prefix="sib", dir="/tmp", ignore_cleanup_errors=True) as made:
        other = Desk(Path(made).resolve())
        yield other
        other.types("db", "stop")


def _bring_keys(desk: Desk, other: Desk) -> None:
    target = other.folder / "data" / "secrets.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text((desk.folder / "data" / "secrets.json").read_text())


def test_a_county_comes_back_whole_and_proves_it(desk: Desk, elsewhere: Desk) -> None:
    file = str(desk.folder / "county.backup")
    _bring_keys(desk, elsewhere)
    said = elsewhere.types("restore", file)
    assert "the audit chain is whole" in said and "0 obligations differ" in said
    assert "李明" in elsewhere.types("user", "appoint", "li", "county_duty", _county(elsewhere))
    assert "whole" in elsewhere.types("audit", "verify")
    assert "0 obligations differ" in elsewhere.types("drift")
    assert "holds data" in elsewhere.types("restore", file, code=1)


def _county(desk: Desk) -> str:
    desk.types("county", "found", "429004")
    return "429004"


def test_without_its_keys_or_with_others_nothing_is_restored(desk: Desk, elsewhere: Desk) -> None:
    file = str(desk.folder / "county.backup")
    assert "holds no keys" in elsewhere.types("restore", file, code=1)
    database.keys(database.find(elsewhere.env))  # new ones, as another installation has
    said = elsewhere.types("restore", file, code=1)
    assert "do not open" in said.replace("\n", " ") or "does not hold the keys" in said
    _bring_keys(desk, elsewhere)
    assert "restored" in elsewhere.types("restore", file)


def test_the_file_is_for_its_owners_eyes_and_holds_no_key(desk: Desk) -> None:
    file = desk.folder / "county.backup"
    assert file.stat().st_mode & 0o777 == 0o600
    assert not list(desk.folder.glob("*.new"))
    keys = (desk.folder / "data" / "secrets.json").read_text().split('"')
    held = file.read_bytes()
    assert not [key for key in keys if len(key) > 40 and key.encode() in held]


def test_what_cannot_be_written_or_read_is_a_sentence(desk: Desk) -> None:
    folder = desk.folder
    assert "overwrites nothing" in desk.types("backup", str(folder / "county.backup"), code=1)
    assert "there is no such file or folder" in desk.types("backup", str(folder / "no" / "where"), code=1)
    assert "没有这个文件或目录" in desk.types("backup", str(folder / "no" / "where"), code=1)
    assert "not a backup" in desk.types("restore", str(folder / "password"), code=1)
    assert "not a backup" in desk.types("restore", str(folder / "none"), code=1)
    cut = folder / "cut"
    cut.write_bytes((folder / "county.backup").read_bytes()[:5000])
    with tempfile.TemporaryDirectory(prefix="sib", dir="/tmp", ignore_cleanup_errors=True) as made:
        other = Desk(Path(made).resolve())
        _bring_keys(desk, other)
        assert "pg_restore did not finish" in other.types("restore", str(cut), code=1)
        assert "restored" in other.types("restore", str(folder / "county.backup"))
        other.types("db", "stop")


@pytest.mark.skipif(os.geteuid() == 0 and not Path("/dev/full").exists(), reason="needs the device that is always full")
def test_a_full_disk_leaves_no_half_file(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    file = desk.folder / "full"
    (desk.folder / "full.new").symlink_to("/dev/full")
    said = desk.types("backup", str(file), code=1)
    assert "the disk is full" in said and "磁盘已满" in said
    assert not file.exists() and not (desk.folder / "full.new").is_symlink()
