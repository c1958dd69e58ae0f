"""Secrets are made once and never replaced."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from sibulou.lib import database

from .conftest import refusal, session


def test_secrets_are_made_once_and_closed_to_others(place: database.Place) -> None:
    database.open(place)
    path = place.data / "secrets.json"
    before = path.read_text()
    first, again = database.keys(place), database.keys(place)
    assert first == again and path.read_text() == before
    assert len(first.cipher_key) == len(first.blind_key) == 32 and first.cipher_key != first.blind_key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert first.secret_key not in repr(first)


def test_the_environment_goes_before_the_file(place: database.Place) -> None:
    key = "A" * 43 + "="
    env = {"SIBULOU_DATA": str(place.data), "SIBULOU_CIPHER_KEY": key}
    assert database.keys(database.find(env)).cipher_key == bytes(32)
    assert database.keys(database.find(env)).blind_key == database.keys(place).blind_key
    zh, en = refusal(database.SecretsDamaged, lambda: database.keys(database.find(env | {"SIBULOU_BLIND_KEY": "x"})))
    assert "SIBULOU_BLIND_KEY" in zh and "SIBULOU_BLIND_KEY" in en


@pytest.mark.parametrize("content", ["", "[]", '{"secret_key": "x"}', '{"secret_key": 1}'])
def test_a_damaged_secrets_file_is_not_replaced(tmp_path: Path, content: str) -> None:
    (tmp_path / "secrets.json").write_text(content)
    refusal(database.SecretsDamaged, lambda: database.keys(database.find({"SIBULOU_DATA": str(tmp_path)})))
    assert (tmp_path / "secrets.json").read_text() == content


def test_a_filled_database_gets_no_new_keys(place: database.Place) -> None:
    path = place.data / "secrets.json"
    with session(database.open(place).owner) as owner:
        owner.execute("CREATE TABLE t (i int)")
        path.rename(place.data / "saved.json")
        for deed in (database.open, database.keys):
            _, en = refusal(database.SecretsMissing, lambda deed=deed: deed(place))  # type: ignore[misc]
            assert str(place.data) in en
            assert not path.exists()
        (place.data / "saved.json").rename(path)
        owner.execute("DROP TABLE t")
    assert database.open(place)
