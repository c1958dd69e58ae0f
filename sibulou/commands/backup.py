"""`backup`, `restore`, `drift`: the whole county as one file, back again, and proof that it is all there."""

from __future__ import annotations

import argparse
import contextlib
import os
from pathlib import Path

from sibulou import edge, serve
from sibulou.commands.opening import caller, county, migrated, say
from sibulou.commands.problems import KeysUnfit, TablesMissing
from sibulou.commands.storage import say_chain
from sibulou.lib import clock, database
from sibulou.lib.problem import Problem
from sibulou.lib.schema import OtherSchema


def backup(given: argparse.Namespace) -> None:
    """Write the database to a new file, while it is in use or not."""
    place, file = database.find(os.environ), Path(given.file).absolute()
    size = database.dump(place, file)
    with contextlib.suppress(OtherSchema, TablesMissing), county() as (by, now):
        from sibulou.roster.audit import audit

        audit("county.backup", by=by, now=now, file=file.name)
    say(f"已备份到 {file}，{size:,} 字节", f"backed up to {file}, {size:,} bytes")
    keys = place.data / "secrets.json"
    say(
        f"密钥不在其中：请另外保存 {keys}，不与备份放在同一介质上；没有它，证件号码、电话和个人信息读不出来",
        f"the keys are not in it: keep {keys} too, not on the same medium; without it, identity numbers, telephones "
        "and personal answers cannot be read",
    )


def restore(given: argparse.Namespace) -> int:
    """Fill an empty database from a backup, all or nothing, and prove it; 1 when chain or records do not fit."""
    place, file = database.find(os.environ), Path(given.file).absolute()
    with database.tenancy(place.data, command="restore", now=clock.now()):
        database.fill(place, file)
        try:
            edge.open_county(place)
            _refuse_other_keys(place)
        except Problem:
            serve.let_go()
            database.clear(place)
            raise
        say(f"已从 {file} 恢复", f"restored from {file}")
        from sibulou.roster.access import EVERYTHING, acting
        from sibulou.roster.audit import audit

        code = say_chain() if migrated() else 0
        with acting(EVERYTHING):
            code |= _say_drift()
            audit("county.restore", by=caller(), now=clock.now(), file=file.name)
    return code


def _refuse_other_keys(place: database.Place) -> None:
    """Raises KeysUnfit when a sealed number of the roster does not open with the keys at hand."""
    from django.db import connections

    from sibulou.lib.cipher import CannotOpen
    from sibulou.roster import seal

    columns = (
        ("person", "identity_sealed", seal.IDENTITY),
        ("person", "phone_sealed", seal.PERSON_PHONE),
        ("household", "phone_sealed", seal.HOUSEHOLD_PHONE),
        ("account", "phone_sealed", seal.ACCOUNT_PHONE),
    )
    with connections["owner"].cursor() as cursor:
        for table, column, field in columns:
            cursor.execute(f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL LIMIT 1")
            for (sealed,) in cursor.fetchall():
                try:
                    seal.field_cipher().open(bytes(sealed), field=field)
                except CannotOpen:
                    raise KeysUnfit(folder=place.data) from None


def drift(given: argparse.Namespace) -> int:
    """Recompute every obligation from the records; 1 when one differs."""
    with county():
        return _say_drift()


def _say_drift() -> int:
    from sibulou.duty.reconcile import drift as recompute

    found = len(recompute())
    say(f"从记录重算，{found} 项应办与记录不符", f"recomputed from the records, {found} obligations differ")
    return min(found, 1)
