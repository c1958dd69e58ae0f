"""A server of somebody else's, by DATABASE_URL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sibulou.lib import database
from sibulou.lib.database import session as owner_session

from .conftest import refusal, session


def test_database_url_is_used_and_filled(guest: Any) -> None:
    theirs = guest("CREATEDB CREATEROLE")
    entries = database.open(theirs)
    assert (entries.owner["NAME"], entries.owner["USER"]) == ("theirs", "guest")
    assert database.open(theirs) == entries
    with session(entries.owner) as owner, session(entries.app) as app:
        owner.execute("CREATE TABLE t AS SELECT 1 AS one; GRANT SELECT ON t TO sibulou_app")
        assert app.execute("SELECT one FROM t").fetchone() == (1,)


def test_a_wrong_password(guest: Any) -> None:
    theirs = guest("CREATEDB", password="wrong", name="sibulou")
    zh, en = refusal(database.LoginRefused, lambda: database.open(theirs))
    assert "guest" in zh and "guest" in en and "wrong" not in en


def test_a_role_that_may_not_make_the_database(guest: Any) -> None:
    _, en = refusal(database.RoleTooWeak, lambda: database.open(guest("NOCREATEDB")))
    assert 'CREATE DATABASE "theirs" OWNER "guest";' in en


def test_a_role_that_may_not_make_the_apps_role(place: database.Place, guest: Any) -> None:
    theirs = guest("CREATEDB")
    with session(database.open(place).owner) as owner:
        owner.execute("DROP OWNED BY sibulou_app; DROP ROLE sibulou_app")
        zh, en = refusal(database.RoleTooWeak, lambda: database.open(theirs))
        assert "CREATE ROLE sibulou_app LOGIN" in zh and "SIBULOU_APP_PASSWORD" in en


def test_a_role_the_administrator_made_serves_an_owner_who_may_not(place: database.Place, guest: Any) -> None:
    database.open(place)
    assert database.open(guest("CREATEDB")).app["NAME"] == "theirs"


def test_nothing_answers(tmp_path: Path) -> None:
    env = {"SIBULOU_DATA": str(tmp_path), "DATABASE_URL": "postgresql://u:geheim@127.0.0.1:1/d"}
    sentences = refusal(database.ServerUnreachable, lambda: database.open(database.find(env)))
    assert all("127.0.0.1:1/d" in sentence and "geheim" not in sentence for sentence in sentences)
    assert not (tmp_path / "secrets.json").exists()


def test_a_refusal_in_chinese_is_a_refusal() -> None:
    words = '连接到 "h" 上的服务器失败: 致命错误: 用户 "u" Password 认证失败'
    assert isinstance(database.refused({"host": "h", "user": "u"}, words), database.LoginRefused)


def test_a_server_too_old(place: database.Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owner_session, "version_of", lambda _: 150007)
    zh, en = refusal(database.ServerTooOld, lambda: database.open(place))
    assert "15.7" in zh and "15.7" in en and "16" in en
