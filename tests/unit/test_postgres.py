"""The database starts anywhere, survives anything, and says in a sentence why if it does not."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sibulou.lib import database, postgres
from sibulou.lib.problem import Problem

AS_ROOT = os.geteuid() == 0


def short_folder() -> Path:
    """A new folder with a path short enough for a socket."""
    return Path(tempfile.mkdtemp(prefix="sib", dir="/tmp")).resolve()


@pytest.fixture(scope="module")
def place() -> Iterator[database.Place]:
    """A county's place whose first start was asked for by three at once."""
    folder = short_folder()
    with ThreadPoolExecutor(3) as pool:
        servers = set(pool.map(lambda _: postgres.start(folder / "data"), range(3)))
    assert len(servers) == 1
    found = database.find({"SIBULOU_DATA": str(folder / "data")})
    database.open(found)
    yield found
    postgres.stop(folder / "data")
    shutil.rmtree(folder)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A fresh data folder, its server ended afterwards."""
    made = short_folder()
    yield made / "data"
    postgres.stop(made / "data")
    shutil.rmtree(made)


def session(entry: dict[str, Any]) -> psycopg.Connection:
    """A session by an entry of DATABASES."""
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    return psycopg.connect(**{ours: entry[theirs] for ours, theirs in names.items()}, autocommit=True)


def postmaster(place: database.Place) -> int:
    return int((place.data / "postgres" / "postmaster.pid").read_text().split("\n")[0])


def refusal(kind: type[Problem], deed: Callable[[], object]) -> tuple[str, str]:
    """The Chinese and the English sentence of the `kind` of problem that `deed` ends in, checked for form."""
    with pytest.raises(kind) as caught:
        deed()
    assert caught.value.__cause__ is None
    zh, en = caught.value.say("zh"), caught.value.say("en")
    assert re.search("[一-鿿]", zh) and re.search("请", zh)
    assert en.endswith(".") and "{" not in zh + en and "Traceback" not in zh + en
    return zh, en


# --- starting, joining, stopping ----------------------------------------------------------------------


def test_a_second_start_joins_the_running_server(place: database.Place) -> None:
    before = postmaster(place)
    assert postgres.start(place.data) == postgres.status(place.data)
    assert postmaster(place) == before


def test_the_server_keeps_what_it_is_told_and_listens_on_no_network(place: database.Place) -> None:
    with session(database.open(place).owner) as owner:
        row = owner.execute(
            "SELECT current_setting('fsync'), current_setting('listen_addresses'),"
            " current_setting('timezone'), current_setting('jit'), current_setting('max_connections'),"
            " getdatabaseencoding()"
        ).fetchone()
    assert row == ("on", "", "UTC", "off", "60", "UTF8")


def test_shared_buffers_follow_the_memory() -> None:
    sizes = [postgres.settings(gigabytes << 30, 1 << 30)["shared_buffers"] for gigabytes in (0, 2, 64)]
    assert sizes == ["64MB", "256MB", "512MB"]
    assert postgres.settings(1 << 30, 64 << 20)["dynamic_shared_memory_type"] == "sysv"


def test_an_address_quotes_what_needs_it() -> None:
    server = postgres.Server(data=Path("/d"), host="/a b/c")
    assert server.url("x", "u@h", "p/w") == "postgresql://u%40h:p%2Fw@/x?host=%2Fa%20b%2Fc&port=5432"
    with pytest.raises(FrozenInstanceError):
        server.port = 1  # type: ignore[misc]


def test_stop_ends_it_and_start_brings_the_data_back(place: database.Place) -> None:
    with session(database.open(place).owner) as owner:
        owner.execute("CREATE TABLE kept AS SELECT 7 AS seven")
    assert postgres.stop(place.data) is True
    assert postgres.status(place.data) is None
    assert postgres.stop(place.data) is False
    with session(database.open(place).owner) as owner:
        assert owner.execute("SELECT seven FROM kept").fetchone() == (7,)
        owner.execute("DROP TABLE kept")


def test_stop_and_status_of_a_folder_that_never_was(folder: Path) -> None:
    assert postgres.stop(folder) is False
    assert postgres.status(folder) is None
    assert not folder.exists()


def test_a_deep_closed_and_oddly_named_folder_serves_too() -> None:
    top = short_folder()
    closed = top / "县里 o'clock" / ("long" * 30)
    closed.mkdir(parents=True)
    (top / "县里 o'clock").chmod(0o700)
    try:
        server = postgres.start(closed)
        assert len(os.fsencode(server.host)) < 60
        assert Path(server.host).stat().st_mode & 0o077 == 0
        with psycopg.connect(server.url("postgres")) as owner:
            assert owner.execute("SELECT lower('Ä')").fetchone() == ("ä",)
    finally:
        postgres.stop(closed)
        shutil.rmtree(server.host)
        shutil.rmtree(top)


# --- surviving ---------------------------------------------------------------------------------------


def test_a_killed_postmaster_with_a_busy_child_loses_nothing(place: database.Place) -> None:
    owner = session(database.open(place).owner)
    owner.execute("CREATE TABLE kept AS SELECT 7 AS seven")
    busy = session(database.open(place).owner)
    busy.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 100000000000)")
    os.kill(postmaster(place), signal.SIGKILL)
    with session(database.open(place).owner) as again:
        assert again.execute("SELECT seven FROM kept").fetchone() == (7,)
        again.execute("DROP TABLE kept")
    busy.close()
    owner.close()


def test_a_killed_backend_is_got_over(place: database.Place) -> None:
    victim = session(database.open(place).owner)
    os.kill(victim.info.backend_pid, signal.SIGKILL)
    with session(database.open(place).app) as app:
        assert app.execute("SELECT 1").fetchone() == (1,)
    victim.close()


def test_the_server_outlives_the_terminal_that_started_it(place: database.Place) -> None:
    postgres.stop(place.data)
    code = (
        "from pathlib import Path; from sibulou.lib import postgres\n"
        f"postgres.start(Path({str(place.data)!r}))"
    )
    starter = subprocess.Popen(
        [sys.executable, "-c", code + "\nprint(1, flush=True); import time; time.sleep(60)"],
        stdout=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    with starter:
        assert starter.stdout and starter.stdout.readline() == b"1\n"
        os.killpg(starter.pid, signal.SIGINT)
        os.killpg(starter.pid, signal.SIGKILL)
    assert postgres.status(place.data) is not None


@pytest.mark.parametrize("step", ["creating", "starting"])
def test_a_starter_killed_half_way_does_no_harm(folder: Path, step: str) -> None:
    code = (
        "from pathlib import Path; from sibulou.lib import postgres\n"
        f"postgres.start(Path({str(folder)!r}), log=lambda line: print(line, flush=True))"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as starter:
        assert starter.stdout
        assert any(line.decode().startswith(step) for line in starter.stdout)
        time.sleep(0.02)
        starter.kill()
    with psycopg.connect(postgres.start(folder).url("postgres")) as owner:
        assert owner.execute("SELECT 1").fetchone() == (1,)


def test_a_stale_pid_file_does_not_stop_a_start(place: database.Place) -> None:
    cluster = place.data / "postgres"
    for pid in (os.getpid(), 2**22 - 1):  # a number given away to another program, and one nobody has
        postgres.stop(place.data)
        words = [pid, cluster, 1, 5432, cluster, "", " 1 1", "ready   "]
        for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
            (cluster / name).write_text("".join(f"{word}\n" for word in words))
            (cluster / name).chmod(0o644)
        assert postgres.status(place.data) is None
        assert postgres.start(place.data)
        assert postmaster(place) != pid


# --- sentences of a start ----------------------------------------------------------------------------


def test_a_folder_in_use_elsewhere(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "ORPHAN_SECONDS", 0.1)
    folder.mkdir()
    with (folder / "serving.lock").open("w") as elsewhere:  # what a server in another container holds
        fcntl.flock(elsewhere, fcntl.LOCK_EX)
        _, en = refusal(postgres.FolderInUse, lambda: postgres.start(folder))
    assert str(folder) in en
    assert not (folder / "postgres").exists()


def test_a_full_disk_is_refused_before_anything_is_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "free_bytes", lambda _: 10 << 20)
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
    said = postgres.Finished(1, "")
    monkeypatch.setattr(postgres, "_run", lambda *_, **__: said)
    monkeypatch.setattr(postgres, "_our_major", lambda _: "18")
    monkeypatch.setattr(postgres, "_start_log", lambda *_: "PANIC:  could not write: No space left on device")
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


# --- finding the place ------------------------------------------------------------------------------


def test_the_place_comes_from_the_environment_alone(tmp_path: Path) -> None:
    assert database.find({}) == database.Place(data=Path("data").absolute(), embedded=True)
    found = database.find(
        {"SIBULOU_DATA": str(tmp_path / "x"), "DATABASE_URL": "postgres://u:p@h:6/d?sslmode=require"}
    )
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


# --- the two ways in ----------------------------------------------------------------------------------


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
        row = owner.execute(
            "SELECT rolsuper, rolcreatedb, rolbypassrls FROM pg_roles WHERE rolname = 'sibulou_app'"
        )
        assert row.fetchone() == (False, False, False)
        assert owner.execute("SELECT has_schema_privilege('sibulou_app', 'public', 'CREATE')").fetchone() == (
            False,
        )
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


# --- a server of somebody else's ---------------------------------------------------------------------


@pytest.fixture
def guest(place: database.Place) -> Iterator[Callable[[str], database.Place]]:
    """Makes a role `guest` with the given rights and gives the place a DATABASE_URL of that role names."""
    owner = session(database.open(place).owner)

    def make(rights: str, *, password: str = "p w%", name: str = "theirs") -> database.Place:
        owner.execute(f"CREATE ROLE guest LOGIN PASSWORD 'p w%' {rights}")
        server = postgres.start(place.data)
        env = {"SIBULOU_DATA": str(place.data), "DATABASE_URL": server.url(name, "guest", password)}
        return database.find(env)

    yield make
    owner.execute("DROP DATABASE IF EXISTS theirs WITH (FORCE)")
    owner.execute("REVOKE CREATE ON DATABASE sibulou FROM guest; DROP OWNED BY guest; DROP ROLE guest")
    owner.close()


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
    monkeypatch.setattr(database, "version_of", lambda _: 150007)
    zh, en = refusal(database.ServerTooOld, lambda: database.open(place))
    assert "15.7" in zh and "15.7" in en and "16" in en


# --- secrets -----------------------------------------------------------------------------------------


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
    zh, en = refusal(
        database.SecretsDamaged, lambda: database.keys(database.find(env | {"SIBULOU_BLIND_KEY": "x"}))
    )
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
