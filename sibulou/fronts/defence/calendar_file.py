"""Somebody's own shifts as an iCalendar file (RFC 5545): UTC, escaped, folded at 75 bytes; and the link to it.

The link is signed with the installation's key and names a row that can be taken back; it opens nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.core.signing import BadSignature, Signer

from sibulou.fronts.defence.models import CalendarLink, Member, Shift, Standing
from sibulou.fronts.defence.rota_problems import LinkWithdrawn, NotYours
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.audit import By, audit
from sibulou.roster.deed import deed

_LINE = 75
"""The most bytes of a line, its end not counted."""
_SALT = "sibulou.calendar"


@dataclass(frozen=True)
class Entry:
    """One thing in a calendar. `uid` stays the same however often the file is read."""

    uid: str
    begins: datetime
    ends: datetime
    title: str
    where: str
    notes: str


def calendar(entries: Iterable[Entry], *, name: str, now: datetime) -> bytes:
    """The file, with CRLF at the end of every line."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Sibulou//Duty roster//ZH", "CALSCALE:GREGORIAN",
             f"X-WR-CALNAME:{escape(name)}"]  # fmt: skip
    for one in entries:
        lines += [
            "BEGIN:VEVENT", f"UID:{escape(one.uid)}", f"DTSTAMP:{_utc(now)}", f"DTSTART:{_utc(one.begins)}",
            f"DTEND:{_utc(one.ends)}", f"SUMMARY:{escape(one.title)}", f"LOCATION:{escape(one.where)}",
            f"DESCRIPTION:{escape(one.notes)}", "END:VEVENT",
        ]  # fmt: skip
    lines.append("END:VCALENDAR")
    return b"".join(fold(line) for line in lines)


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escape(text: str) -> str:
    """A text value: backslash, semicolon and comma escaped, line ends as `\\n`, other control signs left out."""
    plain = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    plain = plain.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")
    return "".join(sign for sign in plain if sign >= " " and sign != "\x7f")


def fold(line: str) -> bytes:
    """A line cut to 75 bytes, the rest on lines that begin with a blank; a sign is never cut in two."""
    pieces, piece = [], b""
    for sign in line:
        raw = sign.encode()
        if len(piece) + len(raw) > _LINE:
            pieces.append(piece)
            piece = b" "
        piece += raw
    return b"\r\n".join([*pieces, piece]) + b"\r\n"


def own_shifts(member: Member, *, since: datetime) -> Sequence[Standing]:
    """The published shifts somebody stands in that end after a moment, in order; withdrawn ones left out."""
    rows = Standing.objects.filter(
        member=member, left_at__isnull=True, shift__subject__isnull=False, shift__ends__gt=since
    ).select_related("member", "shift__post", "shift__subject", "shift__rota")
    with acting(EVERYTHING):  # whoever stands at a post need not see the post's books: its name and hours are his
        return [row for row in rows.order_by("shift__begins") if not _withdrawn(row.shift)]


def _withdrawn(shift: Shift) -> bool:
    return shift.subject is None or (shift.subject.until is not None and shift.subject.until < shift.ends)


def entries_of(standings: Iterable[Standing]) -> list[Entry]:
    """Shifts as a calendar holds them."""
    return [
        Entry(
            f"shift-{row.shift_id}@sibulou", row.shift.begins, row.shift.ends, f"值班 {row.shift.post.label}",
            row.shift.post.label, f"应到 {row.shift.crew} 人；上岗、交接请在系统中登记。",
        )
        for row in standings
    ]  # fmt: skip


def make_link(*, member: Member, by: By, now: datetime) -> str:
    """The token of somebody's calendar; an earlier one is taken back. Raises NotYours."""
    if by.user_id is None or member.account_id != by.user_id:
        raise NotYours
    with deed():
        withdraw_link(member=member, by=by, now=now)
        link = CalendarLink.objects.create(member=member, made_at=now, made_by=by.name)
        audit("calendar.link", by=by, now=now, area=member.area_id, member=member.pk)
    return token_of(link)


def withdraw_link(*, member: Member, by: By, now: datetime) -> int:
    """Take the link back: from now on it opens nothing. Raises NotYours."""
    if by.user_id is None or member.account_id != by.user_id:
        raise NotYours
    with deed():
        open_ones = CalendarLink.objects.filter(member=member, withdrawn_at__isnull=True)
        gone = open_ones.update(withdrawn_at=now, withdrawn_by=by.name)
        if gone:
            audit("calendar.withdraw", by=by, now=now, area=member.area_id, member=member.pk)
    return gone


def token_of(link: CalendarLink) -> str:
    """What stands in the address of a link."""
    return Signer(salt=_SALT).sign(str(link.pk)).replace(":", ".")


def read_calendar(token: str, *, now: datetime, since: datetime) -> bytes:
    """The calendar that a link opens. Raises LinkWithdrawn."""
    number, _, mark = token.partition(".")
    try:
        pk = int(Signer(salt=_SALT).unsign(f"{number}:{mark}"))
    except (BadSignature, ValueError):
        raise LinkWithdrawn from None
    with acting(EVERYTHING):  # the program that asks signs in nowhere; the signature is its leave to read this one
        link = CalendarLink.objects.select_related("member").filter(pk=pk, withdrawn_at__isnull=True).first()
        if link is None or link.member.until is not None:
            raise LinkWithdrawn
        return calendar(entries_of(own_shifts(link.member, since=since)), name="四不漏 值班", now=now)
