"""The printed pages of a sheet, A4: each with its head, its serial, its picture to scan and its number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import segno
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET

from sibulou.duty.plan_parts import Plan
from sibulou.paper.boxes import Box, boxes_of
from sibulou.paper.layout import (
    BODY,
    HOUSE,
    LYING,
    LYING_WIDE,
    SHIFT_LINE,
    UPRIGHT_WIDE,
    Block,
    box_wide,
    foot_high,
    paginate,
    row_high,
)
from sibulou.paper.models import Sheet
from sibulou.paper.serial import code_of_subject
from sibulou.paper.type_in import find_sheet
from sibulou.roster import codes
from sibulou.roster.models import Person
from sibulou.web.kept import kept_words
from sibulou.web.labels import language, places, word
from sibulou.web.middleware import Asking
from sibulou.web.pages.paper import KINDS
from sibulou.web.paper_rows import Home, Line, lines_of, plan_of_sheet

MEMBER = 8.0
"""How high a member stands on a card, in millimetres."""

CARD_HEAD = 52.0
"""How high the household's own picture and name stand on its card."""


@dataclass(frozen=True)
class Member:
    """Somebody of a household, as a card names him: never with a number."""

    name: str
    relation: str
    state: str


@dataclass(frozen=True)
class Piece:
    """What stands on a page: a house's name, or a row, so many millimetres high."""

    high: float
    line: Line | None = None
    home: Home | None = None


@dataclass(frozen=True)
class Column:
    """A column of a shift's sheet: its box, and its share of the width."""

    box: Box
    share: int


@require_GET
def pages(request: Asking, serial: str) -> HttpResponse:
    """The sheet as it is printed, and a way to print it."""
    sheet = find_sheet(serial, reach=request.reach)
    plan, lines = plan_of_sheet(sheet), lines_of(sheet)
    lying = sheet.kind == Sheet.Kind.SHIFT
    foot = _foot(sheet, plan)
    high = foot_high([f"{label} {text}" for label, text in foot], room=LYING_WIDE if lying else UPRIGHT_WIDE)
    members = _members(sheet)
    facts = {
        "sheet": sheet,
        "kind": word(*KINDS[sheet.kind]),
        "place": places([sheet.area_id])[sheet.area_id],
        "plan_title": plan.title.say(language()),
        "event": sheet.stage.event,
        "picture": _picture(request.build_absolute_uri(f"/paper/{sheet.serial}/"), word("录入这张表", "type it in")),
        "foot": foot,
        "foot_high": high,
        "members": members,
        "lying": lying,
        "language": language(),
    }
    if lying:
        columns = _columns(boxes_of(plan.forms[sheet.forms[0]]))
        found = paginate(_lines(lines), room=LYING - high)
        facts |= {"columns": columns, "title": plan.forms[sheet.forms[0]].title.say(language())}
    else:
        found = paginate(_blocks(sheet, lines, members), room=BODY - high)
    if sheet.kind == Sheet.Kind.CARD and sheet.subject is not None:
        code = code_of_subject(sheet.area_id, sheet.subject.pk)
        facts |= {"code": code, "door": _picture(request.build_absolute_uri(f"/q/{code}"), sheet.subject.label)}
    facts["pages"] = [[block.what for block in page if block.what is not None] for page in found]
    return render(request, "web/paper_pages.html", facts)


def _picture(address: str, title: str) -> str:
    return segno.make(address, error="m", micro=False).svg_inline(
        border=2, dark="#000", light="#fff", title=title, omitsize=True
    )


def _foot(sheet: Sheet, plan: Plan) -> list[tuple[str, str]]:
    """What stands below on every page: why each form is asked, until when it is kept, and how it is written."""
    why = word("；", "; ").join(
        plan.forms[key].title.say(language()) + word("——", ": ") + plan.forms[key].why.say(language())
        for key in sheet.forms
    )
    days = kept_words(max((plan.forms[key].kept_days or 0 for key in sheet.forms), default=0))
    kept = word(
        f"{days}，电子记录与纸表一并依法销毁；录入后纸表上锁保管，不张贴、不拍照外传。",
        f"{days}; then records and sheets are destroyed as the law asks. A sheet that was typed in is kept under lock; "
        "it is not photographed.",
    )
    if sheet.kind == Sheet.Kind.SHIFT:
        written = word(
            "选项填表头里的号；写错划去另写；没有的行空着；※只在需要时填。",
            "a choice is written by its sign in the heading; strike out what is wrong; leave other lines empty; ※ only "
            "where it applies.",
        )
    else:
        written = word(
            "打勾选一（症状、内容可多选）；写错划去另写；没有的行空着；※只在需要时填。框里的号供录入用。",
            "tick one (signs and topics: several); strike out what is wrong and write it anew; leave a row without "
            "anything empty; ※ only where it applies. The signs in the boxes are for the typist.",
        )
    asked = [(word("为何登记", "Why this is asked"), why)] if why else []
    return [*asked, (word("保存至何时", "Kept until"), kept), (word("怎样填写", "How to write"), written)]


def _lines(lines: Sequence[Line]) -> list[Block[Piece | None]]:
    return [Block(Piece(SHIFT_LINE, line), SHIFT_LINE) for line in lines]


def _blocks(sheet: Sheet, lines: Sequence[Line], members: Sequence[Member]) -> list[Block[Piece | None]]:
    found: list[Block[Piece | None]] = []
    if sheet.kind == Sheet.Kind.CARD:
        found.append(Block(None, CARD_HEAD + MEMBER * (len(members) + 1)))
    for line in lines:
        if line.first and line.home is not None and sheet.kind == Sheet.Kind.DAY:
            found.append(Block(Piece(HOUSE, home=line.home), HOUSE, with_next=True))
        high = row_high(line.boxes, language(), who=line.who, what=f"{line.what} {line.window}")
        found.append(Block(Piece(high, line), high))
    return found


def _members(sheet: Sheet) -> list[Member]:
    if sheet.kind != Sheet.Kind.CARD:
        return []
    rows = Person.objects.filter(household=sheet.subject_id, subject__until__isnull=True).select_related("subject")
    return [
        Member(row.subject.label, codes.RELATION.label(row.relation, language()),
               codes.RESIDENCE.label(row.state, language()))
        for row in rows.order_by("relation", "pk")
    ]  # fmt: skip


def _columns(boxes: Sequence[Box]) -> list[Column]:
    """Each column with its share: as much as its box needs, a choice no more than its one sign."""
    wanted = [max(12.0, 26.0 if one.ticks else box_wide(one, language())) for one in boxes]
    return [Column(box, round(100 * width / sum(wanted))) for box, width in zip(boxes, wanted, strict=True)]


urlpatterns: list[URLPattern] = [path("paper/<str:serial>/pages/", pages)]
