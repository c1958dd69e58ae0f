"""The environment names the place; the owner builds there, the app owns nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from sibulou.lib import database

from .conftest import refusal, session


def test_the_place_comes_from_the_environment_alone(tmp_path: Path) -> None:
    assert database.find({}) == database.Place(data=Path("data").absolute(), embedded=True)
    found = database.find({"SIBULOU_DATA": str(tmp_path / "x"), "DATABASE_URL": "postgres://u:p@h:6/d?sslmode=require"})
    assert (found.data, found.embedded) == (tmp_path / "x", False)
    assert "p@h" not in repr(found)
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    "url", ["mysql://u:geheim@h/d", "postgresql://u:geheim@h:port/d", "postgresql://u:geheim@h/", "postgresql://u:ge%zz@h/d",
            "postgresql://u:geheim@h/d?colour=red", "geheim", "postgresql://u:geheim@h:99999/d"],
)  # fmt: skip
def test_a_malformed_address_is_explained_without_its_password(url: str) -> None:
    sentences = refusal(database.UrlMalformed, lambda: database.find({"DATABASE_URL": url}))
    assert all("postgresql://" in sentence and "geheim" not in sentence for sentence in sentences)


def test_the_app_owns_nothing_and_makes_nothing(place: database.Place) -> None:
    entries = database.open(place)
    assert entries.app["ENGINE"] == entries.owner["ENGINE"] == "django.db.backends.postgresql"
    with session(entries.app) as app:
        for forbidden in ("CREATE TABLE t (i int)", "CREATE ROLE r", "CREATE DATABASE d", "CREATE SCHEMA s"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(forbidden)
        rights = "rolsuper, rolcreatedb, rolcreaterole, rolbypassrls, rolreplication"
        row = app.execute(f"SELECT {rights} FROM pg_roles WHERE rolname = current_user").fetchone()
        assert row == (False,) * 5
        owned = "SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = current_user"
        assert app.execute(owned).fetchone() == (0,)


def test_the_app_does_not_get_in_without_its_password(place: database.Place) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        session(database.open(place).app | {"PASSWORD": "guess"})


def test_open_repairs_a_role_that_grew_rights(place: database.Place) -> None:
    with session(database.open(place).owner) as owner:
        owner.execute("ALTER ROLE sibulou_app SUPERUSER CREATEDB BYPASSRLS PASSWORD 'other'")
        owner.execute("GRANT pg_read_all_data TO sibulou_app; GRANT CREATE ON SCHEMA public TO sibulou_app")
        database.open(place)
        row = owner.execute("SELECT rolsuper, rolcreatedb, rolbypassrls FROM pg_roles WHERE rolname = 'sibulou_app'")
        assert row.fetchone() == (False, False, False)
        assert owner.execute("SELECT has_schema_privilege('sibulou_app', 'public', 'CREATE')").fetchone() == (False,)
    test_the_app_owns_nothing_and_makes_nothing(place)


def test_an_app_that_owns_something_is_told_of(place: database.Place) -> None:
    with session(database.open(place).owner) as owner:
        owner.execute("CREATE TABLE t (i int); ALTER TABLE t OWNER TO sibulou_app")
        _, en = refusal(database.RoleTooWeak, lambda: database.open(place))
        assert "REASSIGN OWNED" in en
        owner.execute("DROP TABLE t")


def test_many_may_open_at_once(place: database.Place) -> None:
    with session(database.open(place).owner | {"NAME": "postgres"}) as owner:
        owner.execute("DROP DATABASE sibulou WITH (FORCE)")
        owner.execute("DROP ROLE sibulou_app")
    with ThreadPoolExecutor(6) as pool:
        entries = list(pool.map(lambda _: database.open(place), range(6)))
    assert all(entry == entries[0] for entry in entries)


def test_the_pool_is_the_apps_and_only_when_asked(place: database.Place) -> None:
    plain, pooled = database.open(place), database.open(place, pool=True)
    assert "pool" not in plain.app["OPTIONS"]
    assert pooled.app["OPTIONS"]["pool"] == {"min_size": 2, "max_size": 8}
    assert pooled.owner == plain.owner


def test_scratch_databases_come_and_go(place: database.Place) -> None:
    entries = database.open(place)
    first = database.create_scratch(entries, "scratch_one")
    with session(first.owner) as owner:
        owner.execute("CREATE TABLE t AS SELECT 1 AS one; GRANT SELECT ON t TO sibulou_app")
    second = database.create_scratch(entries, "scratch_two", template="scratch_one")
    with session(second.app) as app:
        assert app.execute("SELECT one FROM t").fetchone() == (1,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("CREATE TABLE u (i int)")
    for name in ("scratch_one", "scratch_two"):
        database.drop_scratch(entries, name)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        session(first.owner)
    with pytest.raises(ValueError, match="not a scratch one"):
        database.drop_scratch(entries, "sibulou")
