"""Where the county's data is, and two ways in: the owner, who builds, and the app, which owns nothing.

`find` reads the environment and touches nothing. `open` makes what it found usable: the embedded server
runs, the database exists, the role `sibulou_app` exists with its password; it is cheap when all of that is
already so, and safe when two processes do it at once. The password and the three keys of the installation
lie in `secrets.json` in the data folder, made once and never overwritten.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
import os
import secrets as random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import errors, sql
from psycopg.conninfo import conninfo_to_dict

from sibulou.lib import postgres
from sibulou.lib.problem import Problem

APP = "sibulou_app"
EMBEDDED_NAME = "sibulou"
LEAST_VERSION = 16
LOCK = 0x5342_4C01  # our place among PostgreSQL's advisory locks
PATIENCE = 30.0  # seconds an embedded server may take to come back after a crash
KEYS = ("secret_key", "cipher_key", "blind_key", "app_password")


class ServerTooOld(Problem):
    """The server of DATABASE_URL lacks what the schema needs."""

    number = "503.5"
    zh = (
        "DATABASE_URL 指向的 PostgreSQL 是 {found} 版，至少需要 {least} 版。"
        "请升级该服务器，或去掉 DATABASE_URL 使用内置数据库。"
    )
    en = (
        "DATABASE_URL leads to PostgreSQL {found}; version {least} or later is needed. "
        "Upgrade that server, or unset DATABASE_URL to use the embedded one."
    )


class ServerUnreachable(Problem):
    """Nothing answers where DATABASE_URL points."""

    number = "503.6"
    zh = "连不上数据库 {server}：{reason}。请确认该服务器已启动、地址和端口正确、网络可通，然后重新运行。"
    en = (
        "The database at {server} cannot be reached: {reason}. "
        "See that the server runs, that host and port are right and the network lets you through, "
        "then try again."
    )


class LoginRefused(Problem):
    """The server answers, but does not let this user in."""

    number = "503.7"
    zh = (
        "数据库 {server} 拒绝用户 {user} 登录：{reason}。"
        "请核对 DATABASE_URL 中的用户名、密码和数据库名，以及服务器的 pg_hba.conf。"
    )
    en = (
        "The database at {server} refuses the user {user}: {reason}. "
        "Check user, password and database in DATABASE_URL, and pg_hba.conf on the server."
    )


class UrlMalformed(Problem):
    """DATABASE_URL cannot be read. Its text is not repeated: it may hold a password."""

    number = "503.8"
    zh = (
        "DATABASE_URL 写法不对，问题在“{part}”处。应为 postgresql://用户:密码@主机:5432/数据库名，"
        "密码中的特殊字符用百分号编码（如 @ 写成 %40）；不需要外部数据库时请去掉它。"
    )
    en = (
        "DATABASE_URL cannot be read, look at its “{part}”. "
        "It should look like postgresql://user:password@host:5432/database, "
        "with special characters in the password percent-encoded (@ as %40); "
        "unset it to use the embedded database."
    )


class RoleTooWeak(Problem):
    """The user of DATABASE_URL may not make the database or the app's role."""

    number = "503.9"
    zh = "数据库用户 {user} 无权{deed_zh}。请让数据库管理员执行：{remedy} 然后重新运行。"
    en = (
        "The database user {user} may not {deed}. "
        "Ask the database's administrator to run: {remedy} Then try again."
    )


class SecretsDamaged(Problem):
    """secrets.json or an override of it cannot be used."""

    number = "503.11"
    zh = (
        "密钥 {name} 不可用（{place}）。它应是 base64 编码的 32 字节；"
        "请从备份恢复 secrets.json，或改正同名环境变量。切勿新造，否则已加密的数据读不出来。"
    )
    en = (
        "The key {name} cannot be used ({place}). It should be 32 bytes in base64; "
        "restore secrets.json from the backup or correct the environment variable. "
        "Do not make a new one: what is encrypted could never be read again."
    )


class SecretsMissing(Problem):
    """The database is filled, but its keys are not in the data folder."""

    number = "503.12"
    zh = (
        "数据库 {database} 已有数据，但 {folder} 中没有 secrets.json。"
        "请从备份恢复该文件，或设置 SIBULOU_DATA 指向原来的数据目录。"
    )
    en = (
        "The database {database} holds data, but there is no secrets.json in {folder}. "
        "Restore that file from the backup, or let SIBULOU_DATA name the folder that has it."
    )


@dataclass(frozen=True)
class Place:
    """Where the county's data is: the data folder, and the owner's address when the server is not ours."""

    data: Path
    embedded: bool
    owner_url: str = field(default="", repr=False)
    overrides: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True)
class Keys:
    """The secrets of one installation; the two byte keys have 32 bytes."""

    secret_key: str = field(repr=False)
    cipher_key: bytes = field(repr=False)
    blind_key: bytes = field(repr=False)
    app_password: str = field(repr=False)


@dataclass(frozen=True)
class Connections:
    """Two entries for Django's DATABASES: `owner` migrates and founds, `app` serves and owns nothing."""

    owner: dict[str, Any] = field(repr=False)
    app: dict[str, Any] = field(repr=False)


def find(env: Mapping[str, str]) -> Place:
    """The place that `env` names: SIBULOU_DATA (else ./data), DATABASE_URL (else embedded). Pure.

    Raises UrlMalformed.
    """
    data = Path(env.get("SIBULOU_DATA") or "data").absolute()
    overrides = {name: env[f"SIBULOU_{name.upper()}"] for name in KEYS if env.get(f"SIBULOU_{name.upper()}")}
    url = env.get("DATABASE_URL", "").strip()
    if url:
        _parse(url)
    return Place(data=data, embedded=not url, owner_url=url, overrides=overrides)


def open(place: Place, *, pool: bool = False, log: Callable[[str], None] = lambda line: None) -> Connections:
    """Both ways into the database of `place`, which is started, made and repaired as needed.

    `pool` gives the app's entry a connection pool of 2 to 8. Raises only problems of this module and of
    `sibulou.lib.postgres`.
    """
    owner = _owner(place, log)
    with _connected(place, owner) as session:
        secret = _keys_for(place, owner, session)
        app = owner | {"user": APP, "password": secret.app_password}
        if not (_holds(session, LIMITED) and _holds(session, ADMITTED) and _lets_in(app)):
            _put_in_order(owner, app)
    return Connections(owner=_entry(owner), app=_entry(app, pool=pool))


def keys(place: Place) -> Keys:
    """The secrets of `place`, each from the environment if named there, else from `secrets.json`.

    The file is made if it is missing, so with DATABASE_URL call `open` first, which refuses to give new
    keys to a filled database. Raises SecretsMissing, SecretsDamaged, and the problems of a closed folder.
    """
    if place.embedded and not _known(place) and (place.data / "postgres" / "PG_VERSION").exists():
        raise SecretsMissing(database=EMBEDDED_NAME, folder=place.data)
    return _keys(place)


def create_scratch(connections: Connections, name: str, *, template: str = "") -> Connections:
    """A second database `name` on the same server with the same two roles, for tests and the drill.

    `template` names a database to copy, which nobody may be using. An older `name` is dropped first.
    """
    owner = _conninfo(connections.owner)
    with _said(owner), _maintenance(owner) as session, _lock(session):
        session.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        _create_database(session, name, template)
    with _said(owner), _session(owner | {"dbname": name}) as session:
        _grant(session)
    return Connections(owner=connections.owner | {"NAME": name}, app=connections.app | {"NAME": name})


def drop_scratch(connections: Connections, name: str) -> None:
    """Drop the database `name` that `create_scratch` made from `connections`; sessions in it are cut."""
    if name == connections.owner["NAME"]:
        raise ValueError(f"{name} is the county's own database, not a scratch one")
    owner = _conninfo(connections.owner)
    with _said(owner), _maintenance(owner) as session, _lock(session):
        session.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


# --- getting a session of the owner -----------------------------------------------------------------


def _parse(url: str) -> dict[str, Any]:
    """What libpq makes of `url`. Its complaint is not passed on: it may quote the password."""
    if not url.startswith(("postgresql://", "postgres://")):
        raise UrlMalformed(part="postgresql://")
    try:
        parts: dict[str, Any] = dict(conninfo_to_dict(url))
    except psycopg.Error:
        raise UrlMalformed(part="host:port?option") from None
    if not parts.get("dbname"):
        raise UrlMalformed(part="/database")
    port = str(parts.get("port") or "5432")
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise UrlMalformed(part=f":{port}")
    return parts


def _owner(place: Place, log: Callable[[str], None]) -> dict[str, Any]:
    """libpq's parameters for the owner, with the embedded server running."""
    if not place.embedded:
        return _parse(place.owner_url)
    server = postgres.start(place.data, log=log)
    return {"host": server.host, "port": server.port, "user": server.superuser, "dbname": EMBEDDED_NAME}


@contextlib.contextmanager
def _connected(place: Place, owner: dict[str, Any]) -> Iterator[psycopg.Connection]:
    """A session of the owner in a database that exists, on a server that is new enough."""
    with _said(owner):
        try:
            session = _patiently(place, owner)
        except psycopg.OperationalError as refusal:
            session = _after_creating(owner, refusal)
        with contextlib.closing(session):
            _refuse_too_old(session)
            yield session


def _patiently(place: Place, owner: dict[str, Any]) -> psycopg.Connection:
    """Connect; an embedded server that is just coming back from a crash gets the time it needs."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return _session(owner)
        except psycopg.OperationalError as refusal:
            recovering = any(
                word in str(refusal) for word in ("the database system is", "closed the connection")
            )
            gone = "Connection refused" in str(refusal) or "No such file" in str(refusal)
            if not place.embedded or not (recovering or gone) or time.monotonic() > end:
                raise
        time.sleep(0.1)
        postgres.start(place.data)


def version_of(session: psycopg.Connection) -> int:
    """The server's version as PostgreSQL counts it: 180006 for 18.6."""
    return session.info.server_version


def _refuse_too_old(session: psycopg.Connection) -> None:
    version = version_of(session)
    if version < LEAST_VERSION * 10000:
        raise ServerTooOld(found=f"{version // 10000}.{version % 10000}", least=LEAST_VERSION)


def _after_creating(owner: dict[str, Any], refusal: psycopg.OperationalError) -> psycopg.Connection:
    """The owner's session once the database is made, if its absence was why the server refused.

    Asked of the catalogue, not read from the refusal, whose words depend on the server's language.
    """
    name = owner["dbname"]
    try:
        maintenance = _session(owner | {"dbname": "postgres"})
    except psycopg.OperationalError:
        raise refusal from None
    with contextlib.closing(maintenance), _lock(maintenance):
        _refuse_too_old(maintenance)
        if not _holds(maintenance, "SELECT FROM pg_database WHERE datname = %(name)s", name=name):
            try:
                _create_database(maintenance, name)
            except errors.InsufficientPrivilege:
                remedy = f'CREATE DATABASE "{name}" OWNER "{owner.get("user", "")}";'
                raise _too_weak(owner, "create the database", "创建数据库", remedy) from None
    return _session(owner)


def _create_database(session: psycopg.Connection, name: str, template: str = "") -> None:
    """UTF8 in code point order, whatever the server's own locale is."""
    order = "ENCODING 'UTF8' LOCALE 'C'"
    if version_of(session) >= 170000:  # before 17 the order is the same, but upper and lower case are ASCII's
        order += " LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"
    session.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {} {}").format(
            sql.Identifier(name), sql.Identifier(template or "template0"), sql.SQL("" if template else order)
        )
    )


# --- the role that owns nothing -----------------------------------------------------------------------

# Each gives a row when all is as it should be, none otherwise.
LIMITED = """
    SELECT FROM pg_roles AS role
    WHERE rolname = %(app)s AND rolcanlogin
      AND NOT (rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls OR rolreplication)
      AND NOT EXISTS (SELECT FROM pg_auth_members WHERE member = role.oid)
      AND NOT EXISTS (SELECT FROM pg_shdepend WHERE refclassid = 'pg_authid'::regclass
                      AND refobjid = role.oid AND deptype = 'o')
"""
ADMITTED = """
    SELECT FROM pg_roles AS role
    WHERE rolname = %(app)s
      AND has_schema_privilege(oid, 'public', 'USAGE') AND NOT has_schema_privilege(oid, 'public', 'CREATE')
      AND has_database_privilege(oid, current_database(), 'CONNECT')
      AND NOT has_database_privilege(oid, current_database(), 'CREATE')
"""


def _holds(session: psycopg.Connection, question: LiteralString, **facts: str) -> bool:
    """Whether the query `question` gives a row; its rows have no columns, so an empty one is a yes."""
    return session.execute(question, {"app": APP} | facts).fetchone() is not None


def _lets_in(app: dict[str, Any]) -> bool:
    """Whether the app's password is the right one; the login itself is the proof."""
    try:
        _session(app).close()
    except psycopg.OperationalError:
        return False
    return True


def _put_in_order(owner: dict[str, Any], app: dict[str, Any]) -> None:
    """Make or repair the app's role and what it may do here, one process at a time.

    Only what is amiss is touched: an administrator may have made the role for an owner who may not.
    """
    with _said(owner), _maintenance(owner) as maintenance, _lock(maintenance), _session(owner) as session:
        try:
            if not (_holds(session, LIMITED) and _lets_in(app)):
                _repair_role(session, app["password"])
            if not _holds(session, ADMITTED):
                _grant(session)
        except errors.InsufficientPrivilege:
            remedy = f"CREATE ROLE {APP} LOGIN PASSWORD '...'; (SIBULOU_APP_PASSWORD='...')"
            raise _too_weak(
                owner, f"create or change the role {APP}", f"创建或修改角色 {APP}", remedy
            ) from None
        if not (_holds(session, LIMITED) and _holds(session, ADMITTED)):
            remedy = f"REASSIGN OWNED BY {APP} TO CURRENT_USER; DROP OWNED BY {APP}; DROP ROLE {APP};"
            raise _too_weak(owner, f"limit the role {APP}", f"限制角色 {APP} 的权限", remedy)
    with _said(app):
        _session(app).close()


def _repair_role(session: psycopg.Connection, password: str) -> None:
    digest = session.pgconn.encrypt_password(password.encode(), APP.encode(), b"scram-sha-256").decode()
    flags = "rolsuper, rolcreatedb, rolcreaterole, rolbypassrls, rolreplication"
    found = session.execute(
        sql.SQL("SELECT {} FROM pg_roles WHERE rolname = %s").format(sql.SQL(flags)), [APP]
    ).fetchone()
    verb = sql.SQL("ALTER" if found else "CREATE")
    # The rights are taken one by one and only where held: only a superuser may even name some of them.
    rights = ("SUPERUSER", "CREATEDB", "CREATEROLE", "BYPASSRLS", "REPLICATION")
    taken = [sql.SQL("NO" + right) for right, held in zip(rights, found or (), strict=False) if held]
    session.execute(
        sql.SQL("{} ROLE {} LOGIN PASSWORD {} {}").format(
            verb, sql.Identifier(APP), sql.Literal(digest), sql.SQL(" ").join(taken)
        )
    )
    groups = "SELECT roleid::regrole::text FROM pg_auth_members WHERE member = to_regrole(%s)"
    for (group,) in session.execute(groups, [APP]).fetchall():
        session.execute(sql.SQL("REVOKE {} FROM {}").format(sql.SQL(group), sql.Identifier(APP)))


def _grant(session: psycopg.Connection) -> None:
    """Let the app into the database and its schema; rights on tables come with their migrations."""
    app, database = sql.Identifier(APP), sql.Identifier(session.info.dbname)
    for statement in (
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC, {app}",
        "GRANT USAGE ON SCHEMA public TO {app}",
        "REVOKE CREATE ON DATABASE {database} FROM PUBLIC, {app}",
        "GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {app}",
    ):
        session.execute(sql.SQL(statement).format(app=app, database=database))


# --- sessions, locks and sentences ------------------------------------------------------------------


def _session(parameters: dict[str, Any]) -> psycopg.Connection:
    timeout = {"connect_timeout": 10} | parameters
    return psycopg.connect(**timeout, application_name="sibulou open", autocommit=True)


@contextlib.contextmanager
def _maintenance(owner: dict[str, Any]) -> Iterator[psycopg.Connection]:
    """A session in `postgres`, where every process of every database of ours meets; else in our own."""
    try:
        session = _session(owner | {"dbname": "postgres"})
    except psycopg.OperationalError:
        session = _session(owner)
    with contextlib.closing(session):
        yield session


@contextlib.contextmanager
def _lock(session: psycopg.Connection) -> Iterator[None]:
    """One builder at a time on this server; the lock goes with the session, however that ends."""
    session.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    try:
        yield
    finally:
        if not session.broken:
            session.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


@contextlib.contextmanager
def _said(parameters: dict[str, Any]) -> Iterator[None]:
    """Turn what the server refuses into the sentence for it."""
    try:
        yield
    except errors.DiskFull:
        host = parameters.get("host", "")
        raise postgres.DiskFull(folder=host, free=0, least=postgres.LEAST_FREE >> 20) from None
    except errors.InsufficientPrivilege:
        raise _too_weak(parameters, "do this", "执行此操作", "ALTER ROLE ... CREATEDB CREATEROLE;") from None
    except psycopg.Error as refusal:
        raise refused(parameters, str(refusal)) from None


def refused(parameters: Mapping[str, Any], text: str) -> Problem:
    """The problem behind libpq's words `text`: a server that says no says FATAL, also in Chinese."""
    reason = " ".join(text.split()).rstrip(".")
    server = (
        f"{parameters.get('host') or 'localhost'}:{parameters.get('port') or 5432}/{parameters.get('dbname')}"
    )
    if any(word in reason for word in ("FATAL", "致命", "password", "authentication")):
        return LoginRefused(server=server, user=parameters.get("user") or "", reason=reason)
    return ServerUnreachable(server=server, reason=reason)


def _too_weak(owner: Mapping[str, Any], deed: str, deed_zh: str, remedy: str) -> RoleTooWeak:
    return RoleTooWeak(user=owner.get("user") or "", deed=deed, deed_zh=deed_zh, remedy=remedy)


def _entry(parameters: dict[str, Any], *, pool: bool = False) -> dict[str, Any]:
    """One entry of Django's DATABASES from libpq's parameters."""
    named = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    options = {name: value for name, value in parameters.items() if name not in named}
    options["application_name"] = "sibulou app" if parameters.get("user") == APP else "sibulou owner"
    if pool:
        options["pool"] = {"min_size": 2, "max_size": 8}
    entry = {upper: str(parameters.get(lower) or "") for lower, upper in named.items()}
    return {"ENGINE": "django.db.backends.postgresql", **entry, "OPTIONS": options}


def _conninfo(entry: dict[str, Any]) -> dict[str, Any]:
    """libpq's parameters back from an entry of DATABASES."""
    named = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    plain = {lower: entry[upper] for upper, lower in named.items() if entry.get(upper)}
    return plain | {k: v for k, v in entry["OPTIONS"].items() if k not in {"pool", "application_name"}}


# --- secrets -----------------------------------------------------------------------------------------


def _keys_for(place: Place, owner: dict[str, Any], session: psycopg.Connection) -> Keys:
    """The keys; new ones only for a database that is still empty, since encrypted data needs its own."""
    filled = "SELECT FROM pg_tables WHERE schemaname = 'public' LIMIT 1"
    if not _known(place) and _holds(session, filled):
        raise SecretsMissing(database=owner["dbname"], folder=place.data)
    return _keys(place)


def _known(place: Place) -> bool:
    """Whether the keys exist already, so that none would be made."""
    return all(name in place.overrides for name in KEYS) or (place.data / "secrets.json").exists()


def _keys(place: Place) -> Keys:
    complete = all(name in place.overrides for name in KEYS)
    text = ({} if complete else _kept(place.data)) | dict(place.overrides)
    return Keys(
        secret_key=text["secret_key"],
        cipher_key=_thirty_two("cipher_key", text, place),
        blind_key=_thirty_two("blind_key", text, place),
        app_password=text["app_password"],
    )


def _kept(folder: Path) -> dict[str, str]:
    """What `secrets.json` holds, made whole the first time and never changed after."""
    path = folder / "secrets.json"
    with postgres.in_sentences(folder):
        if not path.exists():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with postgres.turn(folder / "secrets.lock"):
                if not path.exists():
                    made = {name: base64.b64encode(random.token_bytes(32)).decode() for name in KEYS}
                    _replace(path, json.dumps(made, indent=1) + "\n")
        return _read(path)


def _read(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text())
    except ValueError:
        raise SecretsDamaged(name="secrets.json", place=path) from None
    held = found if isinstance(found, dict) else {}
    for name in KEYS:
        if not isinstance(held.get(name), str) or not held[name]:
            raise SecretsDamaged(name=name, place=path)
    return {name: held[name] for name in KEYS}


def _replace(path: Path, text: str) -> None:
    """Write `text` for the owner's eyes only, on the disk before the name points to it."""
    aside = path.with_suffix(".new")
    aside.unlink(missing_ok=True)
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    owner = path.parent.stat()
    if os.geteuid() == 0 and owner.st_uid != 0:
        os.chown(aside, owner.st_uid, owner.st_gid)
    aside.replace(path)


def _thirty_two(name: str, text: Mapping[str, str], place: Place) -> bytes:
    origin = f"SIBULOU_{name.upper()}" if name in place.overrides else str(place.data / "secrets.json")
    try:
        key = base64.b64decode(text[name], validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != 32:
        raise SecretsDamaged(name=name, place=origin)
    return key
