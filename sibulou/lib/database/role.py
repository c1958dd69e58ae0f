"""The role that owns nothing: made, limited and admitted, and repaired where somebody widened it."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import errors, sql

from sibulou.lib.database.entry import APP
from sibulou.lib.database.session import building, connect, holds, in_sentences, maintenance_session, too_weak

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


def put_in_order(owner: dict[str, Any], app: dict[str, Any]) -> None:
    """Make or repair the app's role and what it may do here, one process at a time.

    Only what is amiss is touched: an administrator may have made the role for an owner who may not.
    """
    with (
        in_sentences(owner),
        maintenance_session(owner) as maintenance,
        building(maintenance),
        connect(owner) as session,
    ):
        try:
            if not (holds(session, LIMITED) and lets_in(app)):
                _repair_role(session, app["password"])
            if not holds(session, ADMITTED):
                grant(session)
        except errors.InsufficientPrivilege:
            remedy = f"CREATE ROLE {APP} LOGIN PASSWORD '...'; (SIBULOU_APP_PASSWORD='...')"
            raise too_weak(owner, f"create or change the role {APP}", f"创建或修改角色 {APP}", remedy) from None
        if not (holds(session, LIMITED) and holds(session, ADMITTED)):
            remedy = f"REASSIGN OWNED BY {APP} TO CURRENT_USER; DROP OWNED BY {APP}; DROP ROLE {APP};"
            raise too_weak(owner, f"limit the role {APP}", f"限制角色 {APP} 的权限", remedy)
    with in_sentences(app):
        connect(app).close()


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
    if not found and not holds(session, "SELECT FROM pg_roles WHERE rolname = current_user AND rolsuper"):
        # So that the owner may cut the app's sessions; of the app's rights he has each already.
        session.execute(sql.SQL("GRANT {} TO CURRENT_USER WITH INHERIT TRUE, SET TRUE").format(sql.Identifier(APP)))
    groups = "SELECT roleid::regrole::text FROM pg_auth_members WHERE member = to_regrole(%s)"
    for (group,) in session.execute(groups, [APP]).fetchall():
        session.execute(sql.SQL("REVOKE {} FROM {}").format(sql.SQL(group), sql.Identifier(APP)))


def grant(session: psycopg.Connection) -> None:
    """Let the app into the database and its schema; rights on tables come with their migrations."""
    app, database = sql.Identifier(APP), sql.Identifier(session.info.dbname)
    for statement in (
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC, {app}",
        "GRANT USAGE ON SCHEMA public TO {app}",
        "REVOKE CREATE ON DATABASE {database} FROM PUBLIC, {app}",
        "GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {app}",
    ):
        session.execute(sql.SQL(statement).format(app=app, database=database))


def lets_in(app: dict[str, Any]) -> bool:
    """Whether the app's password is the right one; the login itself is the proof."""
    try:
        connect(app).close()
    except psycopg.OperationalError:
        return False
    return True
