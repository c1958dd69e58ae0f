"""New official codes for areas that stand: the key stays, and with it all history (GB/T 10114, domain section 5)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import connection

from sibulou.roster.area_key import Level
from sibulou.roster.areas import code_of
from sibulou.roster.audit import By, audit
from sibulou.roster.deed import deed, within
from sibulou.roster.found import QUERIES
from sibulou.roster.models import Area
from sibulou.roster.problems import CodeTaken, RecodedLater, WrongCode


def recode_area(*, area: Area, code: str, from_date: date, by: By, now: datetime, notice: str = "") -> int:
    """Give an area another code from a day on; what lies under it is recoded along, tail by tail.

    530425101 becoming 530425001 makes 530425101201 530425001201; a village that got another tail is recoded
    once more by itself. `notice` is the number of the decision. Gives the count of codes changed. Raises WrongCode,
    CodeTaken, RecodedLater, OutOfReach.
    """
    check_code(code, level=area.at, parent=area.parent)
    low, high = area.range
    with deed(), connection.cursor() as cursor:
        old = code_of(area)
        facts: dict[str, int | str | date] = {
            "low": low, "high": high, "old": old, "new": code, "day": from_date, "notice": notice.strip()[:80],
        }  # fmt: skip
        if old == code:
            raise CodeTaken(code=code, holder=area.name)
        cursor.execute(QUERIES["recode_taken"], facts)
        if taken := cursor.fetchone():
            raise CodeTaken(code=taken[0], holder=taken[1])
        cursor.execute(QUERIES["recoded_since"], facts)
        if (since := cursor.fetchone()) and since[1] >= from_date:
            raise RecodedLater(code=since[0], since=since[1])
        cursor.execute(QUERIES["recode_end"], facts)
        ended = cursor.fetchall()
        within(len(ended))
        columns = {"area": [key for key, _ in ended], "code": [old for _, old in ended]}
        cursor.execute(
            QUERIES["recode_begin"], {**columns, "old": old, "new": code, "day": from_date, "notice": facts["notice"]}
        )
        audit("area.recode", by=by, now=now, area=area.pk, name=area.name, old=old, new=code,
              since=from_date.isoformat(), notice=facts["notice"], codes=len(ended))  # fmt: skip
    return len(ended)


def check_code(code: str, *, level: Level, parent: Area | None) -> None:
    """Whether a code has the digits of a level and begins with the parent's. Raises WrongCode."""
    above = code_of(parent) if parent is not None else ""
    if not (code.isascii() and code.isdigit() and len(code) == level.digits and code.startswith(above)):
        raise WrongCode(code=code, digits=level.digits, parent=above or "—")
