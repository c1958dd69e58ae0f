"""Which state of the migrations a database was made by: told apart even where a migration was edited in place.

Django remembers the names of what it applied. Until 1.0 a migration may change under its name, and a database made by
the older text would fail in the middle of a page. So the digest of each migration of ours, with the SQL files it reads,
is noted as the comment of Django's own table, and goes with every copy and backup of the database.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from sibulou.lib.problem import Problem

TABLE = "django_migrations"


class OtherSchema(Problem):
    """The tables were made by a release whose migrations this one does not continue."""

    number = "503.18"
    zh = (
        "数据库 {database} 的数据表由另一版程序建立，1.0 以前的数据表不能转换，数据没有改动。"
        "演示县请运行 sibulou demo --fresh 重做；其他数据请用原来那版程序打开，或用 SIBULOU_DATA 指定一个新目录。"
    )
    en = (
        "The tables of the database {database} were made by another release, and before 1.0 they cannot be converted; "
        "the data is untouched. For the demonstration run sibulou demo --fresh; open other data with the release that "
        "made it, or name a new folder in SIBULOU_DATA."
    )


def bring_up() -> None:
    """Apply the migrations that are missing, as the owner. Raises OtherSchema and leaves such a database alone."""
    from django.core.management import call_command
    from django.db import connections
    from django.db.migrations.recorder import MigrationRecorder

    refuse_other()
    owner = connections["owner"]
    MigrationRecorder(owner).ensure_schema()
    with owner.cursor() as cursor:  # before the first is applied, so that an end half way leaves no riddle
        cursor.execute(f"COMMENT ON TABLE {TABLE} IS %s", [json.dumps(digests(), sort_keys=True)])
    call_command("migrate", database="owner", interactive=False, verbosity=0)
    connections.close_all()  # processes started from here must not share a session


def refuse_other() -> None:
    """Raises OtherSchema where a migration that was applied is not the one we have. Django is set up."""
    from django.db import connections

    owner = connections["owner"]
    with owner.cursor() as cursor:
        applied, noted = _applied(cursor)
    owner.close()
    ours = digests()
    if any(name not in ours or noted.get(name) != ours[name] for name in applied if _is_ours(name)):
        raise OtherSchema(database=owner.settings_dict["NAME"])


def _applied(cursor: Any) -> tuple[list[str], dict[str, str]]:
    """The migrations applied here, and the digests noted when they were."""
    cursor.execute("SELECT obj_description(to_regclass(%s)), to_regclass(%s) IS NOT NULL", [TABLE, TABLE])
    comment, there = cursor.fetchone()
    if not there:
        return [], {}
    cursor.execute(f"SELECT app || '.' || name FROM {TABLE}")
    return [name for (name,) in cursor.fetchall()], json.loads(comment or "{}")


def digests() -> dict[str, str]:
    """`app.migration` to the digest of its text and of the SQL files it names, for every migration of ours."""
    return {
        f"{label}.{file.stem}": digest(file)
        for label, folder in _folders().items()
        for file in sorted(folder.glob("migrations/[0-9]*.py"))
    }


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] in _folders()


def _folders() -> dict[str, Path]:
    from django.apps import apps

    return {app.label: Path(app.path) for app in apps.get_app_configs() if app.name.startswith("sibulou.")}


def digest(migration: Path) -> str:
    """What a migration does, remarks apart: of its own text and of the files in `../sql` that it names."""
    text = migration.read_text(encoding="utf-8")
    named = [file for file in sorted(migration.parents[1].glob("sql/*.sql")) if file.name in text]
    said = [_said(text), *(_said(file.read_text(encoding="utf-8")) for file in named)]
    return hashlib.sha256("\0".join(said).encode()).hexdigest()[:16]


def _said(text: str) -> str:
    """The text without blank lines and lines that are a comment."""
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith(("#", "--")))
