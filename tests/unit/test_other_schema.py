"""What counts as another migration, and that every one of ours is looked at. What a user is told: test_commands.py."""

from __future__ import annotations

from pathlib import Path

from sibulou.lib import schema


def test_a_remark_changes_no_table_and_a_statement_does(tmp_path: Path) -> None:
    for folder in ("migrations", "sql"):
        (tmp_path / folder).mkdir()
    migration, statements = tmp_path / "migrations" / "0001_initial.py", tmp_path / "sql" / "access.sql"
    migration.write_text('SQL = "access.sql"\n')
    statements.write_text("CREATE TABLE t ();\n")
    before = schema.digest(migration)
    statements.write_text("-- what for\n\nCREATE TABLE t ();\n")
    assert schema.digest(migration) == before
    statements.write_text("CREATE TABLE t (a int);\n")
    assert schema.digest(migration) != before


def test_every_migration_of_ours_is_noted_and_no_other() -> None:
    noted = schema.digests()
    assert {"roster.0001_initial", "roster.0002_access", "duty.0001_initial", "duty.0002_access"} <= noted.keys()
    assert len(set(noted.values())) == len(noted)
    assert not [name for name in noted if name.startswith(("auth.", "axes.", "procrastinate."))]
