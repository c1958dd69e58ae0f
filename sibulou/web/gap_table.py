"""Gaps as CSV: marked as UTF-8 for Excel, with what it is and as of when at its head, and no cell that computes."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime

from django.utils.timezone import localtime

from sibulou.duty import board
from sibulou.duty.gap import GAP_WORDS
from sibulou.duty.models import Duty
from sibulou.roster.audit import By
from sibulou.roster.role import ROLES
from sibulou.web.asked import Asked
from sibulou.web.labels import pick
from sibulou.web.present import ABOVE, FRONT_WORDS, HIDDEN, GapRow, duty_title, gap_rows

COLUMNS = (
    ("应办编号", "obligation"),
    ("漏项", "gap"),
    ("战线", "front"),
    ("职责", "duty"),
    ("区域", "area"),
    ("对象", "subject"),
    ("自", "since"),
    ("到期", "due"),
    ("无人负责自", "unowned since"),
    ("角色", "role"),
    ("责任人", "owner"),
    ("电话", "phone"),
    ("下次上报", "told upward next"),
)
_COMPUTES = ("=", "+", "-", "@", "\t", "\r")


class _Line:
    """What `csv` writes to: it gives each line back."""

    def write(self, text: str) -> str:
        return text


def plain(text: str) -> str:
    """The text, with an apostrophe before anything that a spreadsheet would take for a formula."""
    return f"'{text}" if text.startswith(_COMPUTES) else text


def gap_lines(asked: Asked, *, by: By, language: str) -> Iterator[bytes]:
    """The lines of the table, some at a time; needs an open transaction, within the reader's reach."""
    writer = csv.writer(_Line())

    def line(*cells: str) -> str:
        said: str = writer.writerow([plain(cell) for cell in cells])
        return said

    yield b"\xef\xbb\xbf"
    yield "".join(line(*cells) for cells in _head(asked, by, language)).encode()
    yield line(*(pick(words, language) for words in COLUMNS)).encode()
    for found in board.each_gap(asked.area.pk, asked.moment, wanted=asked.wanted):
        rows = gap_rows(found, moment=asked.moment, language=language)
        yield "".join(line(*_cells(row, language)) for row in rows).encode()


def _head(asked: Asked, by: By, language: str) -> list[tuple[str, str]]:
    wanted = asked.wanted
    known = ("今天所知", "by what is known now")
    if asked.moment.known == asked.moment.at:
        known = ("实时", "live") if asked.moment.live else ("当时所知", "as it was known then")
    said = [pick(words, language) for front, words in FRONT_WORDS.items() if front in wanted.fronts]
    said += [pick(words, language) for kind, words in GAP_WORDS.items() if kind in wanted.kinds]
    said += [duty_title(duty, language) for duty in Duty.objects.filter(pk=wanted.duty)] if wanted.duty else []
    said += [ROLES[wanted.role].label(language)] if wanted.role else []
    return [
        (pick(("漏项清单", "List of gaps"), language), asked.area.name),
        (pick(("截至", "As of"), language), f"{_moment(asked.moment.at)} ({pick(known, language)})"),
        (pick(("筛选", "Chosen"), language), " ".join(said) or pick(("全部", "all"), language)),
        (pick(("导出人", "Taken by"), language), by.name),
    ]


def _cells(row: GapRow, language: str) -> tuple[str, ...]:
    owner = row.owner
    return (
        str(row.gap.obligation),
        " ".join(word for _, word in row.kinds),
        row.front,
        row.title,
        row.place,
        row.subject or pick(HIDDEN, language),
        _moment(row.since),
        _moment(row.gap.due_at),
        _moment(row.gap.unowned_since) if row.gap.unowned else "",
        owner.role if owner else pick(ABOVE, language),
        (owner.name or pick(("空岗", "vacant"), language)) if owner else "",
        owner.phone if owner else "",
        _moment(row.next_at) if row.next_at else "",
    )


def _moment(at: datetime) -> str:
    return f"{localtime(at):%Y-%m-%d %H:%M}"
