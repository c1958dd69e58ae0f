"""Puts a synthetic county into the database: a few big COPY streams as the owner, references checked afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connections, transaction

from sibulou.demo.county import Ground, Tally, Village, make_county, since
from sibulou.demo.piece import Ids, Piece
from sibulou.demo.roads import lay_roads
from sibulou.lib.cipher import Cipher
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.area_key import Level
from sibulou.roster.audit import By
from sibulou.roster.divisions import Division
from sibulou.roster.found import found_county
from sibulou.roster.models import Area, AreaCode

OWNER = "owner"
NUMBERED = ("subject", "account", "seat", "appointment")


@dataclass(frozen=True)
class Orphans(Exception):
    """Rows that point at nothing: a mistake of the generator, found after the load. Nothing was kept."""

    found: dict[str, int]

    def __str__(self) -> str:
        return f"rows that point at nothing: {self.found}"


def found_and_load(*, code: str, cipher: Cipher, start: datetime, by: By, scale: float = 1.0, seed: int = 1) -> Tally:
    """Found the county of `code` and fill it, as of some days before `start`. One transaction for the filling.

    Raises the problems of `found_county`, and Orphans.
    """
    moment = since(start)
    with acting(EVERYTHING):
        found_county(code=code, by=by, now=moment)
    tally = Tally()
    with transaction.atomic(using=OWNER):
        left_out = leave_unchecked(OWNER)
        ids = first_free()
        pieces = make_county(ground=ground_of(code), cipher=cipher, now=moment, scale=scale, seed=seed, ids=ids)
        copy_all(map(tally.count, pieces))
        set_sequences(ids)
        if left_out:
            refuse_orphans(list(tally.rows))
    analyse(tally.rows)
    with acting(EVERYTHING):
        lay_roads(county=AreaCode.objects.get(code=code, valid_to__isnull=True).area, seed=seed, by=by, now=moment)
    return tally


def ground_of(code: str) -> Ground:
    """The county as it was founded, with its keys."""
    county = AreaCode.objects.using(OWNER).get(code=code, valid_to__isnull=True).area
    low, high = county.range
    areas = list(Area.objects.using(OWNER).filter(pk__gte=low, pk__lt=high).order_by("pk"))
    codes = AreaCode.objects.using(OWNER).filter(area_id__gte=low, area_id__lt=high, valid_to__isnull=True)
    towns = {one.area_id for one in codes if Division(one.code, "-", "-").kind.startswith("community")}
    return Ground(
        code,
        {one.pk: one.short_name for one in areas if one.level == Level.TOWNSHIP},
        tuple(Village(one.pk, one.short_name, one.pk in towns) for one in areas if one.level == Level.VILLAGE),
    )


def first_free() -> Ids:
    """The first number of each table that nobody has."""
    with connections[OWNER].cursor() as cursor:
        free = {}
        for table in NUMBERED:
            cursor.execute(f"SELECT COALESCE(max(id), 0) + 1 FROM {table}")
            free[table] = int(cursor.fetchone()[0])
    return Ids(free)


def set_sequences(ids: Ids) -> None:
    """The database goes on counting where the generator stopped."""
    with connections[OWNER].cursor() as cursor:
        for table, number in ids.next.items():
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s, false)", [table, number])


def copy_all(pieces: Iterable[Piece]) -> None:
    """Stream every piece into its table, in the order they come."""
    with connections[OWNER].cursor() as cursor:
        for made in pieces:
            if made.count:
                columns = ", ".join(made.columns)
                with cursor.copy(f"COPY {made.table} ({columns}) FROM STDIN") as copy:
                    copy.write(made.text)


def analyse(tables: Iterable[str]) -> None:
    """Tell the planner what has come."""
    with connections[OWNER].cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(tables)}")


def leave_unchecked(using: str) -> bool:
    """Leave out the row-by-row check of references until this transaction ends, where the owner may: a third of a load.

    Gives whether they are left out; whoever does so calls `refuse_orphans` before he commits.
    """
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT has_parameter_privilege(current_user, 'session_replication_role', 'SET')")
        (may,) = cursor.fetchone()
        if may:
            cursor.execute("SET LOCAL session_replication_role = replica")
    return bool(may)


_REFERENCES = """
SELECT c.conrelid::regclass::text, a.attname, c.confrelid::regclass::text, b.attname
FROM pg_constraint c
JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[1]
WHERE c.contype = 'f' AND c.conrelid = ANY (%s::regclass[]) ORDER BY 1, 2
"""


def refuse_orphans(tables: list[str], using: str = OWNER) -> None:
    """Check every reference of these tables, all rows at once. Raises Orphans."""
    found: dict[str, int] = {}
    with connections[using].cursor() as cursor:
        cursor.execute(_REFERENCES, [tables])
        for table, column, other, key in cursor.fetchall():
            cursor.execute(
                f"SELECT count(*) FROM {table} t LEFT JOIN {other} o ON o.{key} = t.{column} "
                f"WHERE t.{column} IS NOT NULL AND o.{key} IS NULL"
            )
            (count,) = cursor.fetchone()
            if count:
                found[f"{table}.{column}"] = count
    if found:
        raise Orphans(found)


def county_cipher() -> Cipher:
    """The cipher of this installation, from the keys that were handed over."""
    import base64

    from sibulou.lib.cipher import Key

    raw: Any = settings
    return Cipher(Key(1, base64.b64decode(raw.CIPHER_KEY)), blind_secret=base64.b64decode(raw.BLIND_KEY))
