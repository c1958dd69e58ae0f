"""The interface for other systems, version 1: hand in records, read gaps, books, obligations and subjects.

Everything happens under the reach of whoever is signed in, as on the pages. What goes wrong is JSON with the number of
the problem and its sentence in both languages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Path, Query
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import django_auth

from sibulou.api.batch import Sent, Unread, read_batch
from sibulou.api.device_token import DeviceToken, carrying
from sibulou.api.field import router
from sibulou.api.problems import Forged, WrongQuery
from sibulou.api.saying import WRONG, outcomes, said
from sibulou.api.shapes import (
    AreaOut,
    BatchIn,
    BatchOut,
    BooksOut,
    ChildBooksOut,
    DutyBooksOut,
    GapOut,
    GapsIn,
    GapsOut,
    ObligationOut,
    OwedOut,
    ProblemOut,
    SeatOut,
    SubjectOut,
)
from sibulou.duty import board
from sibulou.duty.board import Filter, Moment, Page
from sibulou.duty.gap import Books
from sibulou.duty.intake import Batch, home_of, take_in
from sibulou.duty.models import Duty, Obligation
from sibulou.duty.refusal import keep
from sibulou.duty.told import Told
from sibulou.field.past_reach import PastReach
from sibulou.lib.problem import Problem
from sibulou.roster.access import EVERYTHING, acting, area_for
from sibulou.roster.area_key import LEVEL_NAMES, Level
from sibulou.roster.areas import code_of
from sibulou.roster.models import Area, Subject, User
from sibulou.roster.problems import OutOfReach
from sibulou.roster.role import ROLES, Right
from sibulou.web.allow import roots, without
from sibulou.web.middleware import Asking
from sibulou.web.owed import owed, stands_at

LARGEST = 2**63 - 1
Key = Annotated[str, Path(pattern=r"^[0-9]{18}$")]
Number = Annotated[int, Path(ge=1, le=LARGEST)]

api = NinjaAPI(
    title="四不漏 Sibulou",
    version="1",
    description="县里的防疫，数的是漏掉了什么。A county's epidemic prevention that counts what was missed.",
    auth=[DeviceToken(), django_auth],
    docs_url=None,
    urls_namespace="api_v1",
)
api.add_router("", router)


def _answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    return api.create_response(request, said(problem), status=problem.status)


@api.exception_handler(Http404)
def _nothing_there(request: HttpRequest, error: Http404) -> HttpResponse:
    return _answer(request, OutOfReach())


@api.exception_handler(ValidationError)
def _wrong_query(request: HttpRequest, error: ValidationError) -> HttpResponse:
    first = error.errors[0]
    return _answer(request, WrongQuery(field=str(first["loc"][-1]), wrong=str(first["msg"])))


@api.exception_handler(HttpError)
def _refused(request: HttpRequest, error: HttpError) -> HttpResponse:
    return _answer(request, Forged())


@api.exception_handler(AuthenticationError)
def _stranger(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    said = ProblemOut(problem="401.1", zh="请先登录。", en="Sign in first.")
    return api.create_response(request, said, status=401)


@api.post(
    "/records",
    response={200: BatchOut, **WRONG},
    summary="交记录 / Hand in records",
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": "JSON in UTF-8; `Content-Encoding: gzip` is understood.",
            "content": {
                "application/json": {"schema": BatchIn.model_json_schema(ref_template="#/components/schemas/{model}")}
            },
        }
    },
)
def hand_in(request: HttpRequest) -> BatchOut:
    """Up to 5,000 records. Each gets its own outcome; one that cannot be read does not refuse the others."""
    asking = cast(Asking, request)
    device = carrying(request)
    if device is None and not (asking.reach.has(Right.RECORD) or asking.reach.subjects):
        raise without(Right.RECORD)
    sent = read_batch(request)
    if device is not None:
        sent = replace(sent, device=sent.device or device.name)
    answers = take_in(
        Batch([one for one in sent.records if isinstance(one, Told)], sent.device, sent.sent_at),
        reach=asking.reach,
        by=asking.by,
        now=asking.now,
        reaches=None if device is None else PastReach(device, reach=asking.reach, now=asking.now),
    )
    _keep_unread(sent, asking)
    return outcomes(asking.now, sent, answers)


def _keep_unread(sent: Sent, asking: Asking) -> None:
    """Keep what could not even be read, once, where those above its teller see it, for a person to settle."""
    unread = [one for one in sent.records if isinstance(one, Unread)]
    if not unread:
        return
    with acting(EVERYTHING):
        home = home_of(asking.reach, asking.by)
        for one in unread:
            keep(one.payload, number=one.id, outcome="refused", problem=one.problem, area=home, device=sent.device,
                 by=asking.by, now=asking.now)  # fmt: skip


@api.get("/gaps", response={200: GapsOut, **WRONG}, summary="漏项 / Gaps")
def gaps(request: HttpRequest, asked: Query[GapsIn]) -> GapsOut:
    """Open gaps of an area (without one: of all you may see), the oldest first, page by page."""
    asking = cast(Asking, request)
    top = area_for(asking.reach, _area(asking, asked.area), to=Right.GAPS)
    wanted = Filter(frozenset(asked.kind), frozenset(asked.front), asked.duty)
    found = board.gap_page(top.pk, Moment.now(asking.now), wanted=wanted, after=_page(asked.after), limit=asked.limit)
    duties = board.duties()
    full = len(found) == asked.limit
    return GapsOut(
        as_of=asking.now,
        gaps=[_gap_out(row, duties[row.duty]) for row in found],
        next=f"{found[-1].due_at.isoformat()}|{found[-1].obligation}" if full else None,
    )


def _area(asking: Asking, key: str | None) -> int:
    if key is not None:
        return int(key)
    held = roots(asking.reach, Right.GAPS)
    if not held:
        raise without(Right.GAPS)
    return held[0]


def _page(after: str | None) -> Page | None:
    if after is None:
        return None
    moment, _, number = after.partition("|")
    try:
        due_at = datetime.fromisoformat(moment)
        if due_at.tzinfo is None or not number.isascii() or not number.isdigit() or int(number) > LARGEST:
            raise ValueError(after)
        if not 1900 < due_at.year < 9000:
            raise ValueError(after)
    except ValueError:
        raise WrongQuery(field="after", wrong=after[:60]) from None
    return Page(due_at, int(number))


def _gap_out(row: board.Gap, duty: Duty) -> GapOut:
    kinds = [duty.gap] if row.overdue else []
    return GapOut(
        obligation=row.obligation,
        duty=duty.key,
        duty_zh=duty.title_zh,
        duty_en=duty.title_en,
        front=duty.front,
        subject=row.subject,
        area=f"{row.area:018d}",
        kinds=[*kinds, *(["unowned"] if row.unowned else [])],
        opened_at=row.opened_at,
        due_at=row.due_at,
        since=row.since,
    )


@api.get("/areas/{key}", response={200: AreaOut, **WRONG}, summary="区域账目 / Books of an area")
def area_books(request: HttpRequest, key: Key) -> AreaOut:
    """An area, and the books of its duties and of the areas right under it; they add up, or `balanced` is false."""
    asking = cast(Asking, request)
    area = area_for(asking.reach, int(key), to=Right.GAPS)
    table = board.books(area.pk, Moment.now(asking.now))
    duties = board.duties()
    names = dict(Area.objects.filter(pk__in=table.by_child).values_list("id", "name"))
    return AreaOut(
        area=f"{area.pk:018d}",
        name=area.name,
        level=LEVEL_NAMES[Level(area.level)][1],
        code=code_of(area),
        as_of=asking.now,
        balanced=table.balanced,
        whole=BooksOut(**_parts(table.whole)),
        duties=[
            DutyBooksOut(duty=duties[pk].key, duty_zh=duties[pk].title_zh, duty_en=duties[pk].title_en, **_parts(found))
            for pk, found in sorted(table.by_duty.items())
        ],
        children=[
            ChildBooksOut(area=f"{child:018d}", name=names.get(child, ""), **_parts(found))
            for child, found in sorted(table.by_child.items())
        ],
    )


def _parts(found: Books) -> dict[str, int]:
    return {
        "expected": found.expected,
        "met": found.met,
        "met_late": found.met_late,
        "waived": found.waived,
        "overdue": found.overdue,
        "pending": found.pending,
        "unowned": found.unowned,
    }


@api.get("/obligations/{number}", response={200: ObligationOut, **WRONG}, summary="应办 / An obligation")
def obligation(request: HttpRequest, number: Number) -> ObligationOut:
    """One obligation: its window, its seat, and where it stands now."""
    asking = cast(Asking, request)
    row = Obligation.objects.select_related("duty", "seat").filter(pk=number).first()
    if row is None:
        raise Http404
    (found,) = owed([row], language="zh", now=asking.now)
    if found.stands is None:
        raise Http404
    role = ROLES[row.seat.role]
    answering = found.answerer.user if found.answerer else 0
    named = User.objects.filter(pk=answering).values_list("name", flat=True).first()
    return ObligationOut(
        obligation=row.pk,
        duty=row.duty.key,
        duty_zh=row.duty.title_zh,
        duty_en=row.duty.title_en,
        front=row.duty.front,
        subject=row.subject_id,
        area=f"{row.area_id:018d}",
        seat=SeatOut(role=role.key, role_zh=role.zh, role_en=role.en, area=f"{row.seat.area_id:018d}", answers=named),
        standing=str(found.stands),
        kinds=[str(kind) for kind in found.kinds],
        as_of=asking.now,
        **_moments(row),
    )


_MOMENTS = (
    "opened_at", "warn_at", "due_at", "tell_at", "until_at", "met_at", "known_at", "met_by", "waived_at",
    "waived_until",
)  # fmt: skip


def _moments(row: Obligation) -> Mapping[str, Any]:
    return {name: getattr(row, name) for name in _MOMENTS}


@api.get("/subjects/{number}", response={200: SubjectOut, **WRONG}, summary="对象 / A subject")
def subject(request: HttpRequest, number: Number) -> SubjectOut:
    """Something on the roster and what it is owed. No identity number and no phone number leaves here."""
    asking = cast(Asking, request)
    row = Subject.objects.filter(pk=number).first()
    if row is None:
        raise Http404
    owing = Obligation.objects.filter(subject=row, met_at__isnull=True, opened_at__lte=asking.now)
    stands = [(one, stands_at(one, now=asking.now)) for one in owing.select_related("duty").order_by("due_at")[:500]]
    return SubjectOut(
        subject=row.pk,
        kind=row.kind,
        label=row.label,
        area=f"{row.area_id:018d}",
        since=row.since,
        until=row.until,
        facts=_facts(row),
        open=[
            OwedOut(obligation=one.pk, duty=one.duty.key, standing=str(where), due_at=one.due_at)
            for one, where in stands
            if where in ("overdue", "pending")
        ],
        as_of=asking.now,
    )


_FACTS = {
    "household": ("number", "language", "without_phone"),
    "person": ("household_id", "relation", "sex", "state", "identity_kind"),
    "post": ("kind", "address", "minimum_crew", "opened_at"),
    "place": ("kind", "address"),
    "institution": ("kind", "credit_code", "address"),
}
"""Plain facts only: what is sealed on the roster has no name here, so it cannot slip out."""


def _facts(row: Subject) -> dict[str, Any]:
    part = getattr(row, row.kind, None) if row.kind in _FACTS else None
    return {name: getattr(part, name) for name in _FACTS.get(row.kind, ())} if part is not None else {}
