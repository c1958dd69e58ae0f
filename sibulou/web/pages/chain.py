"""The chain of responsibility, changed where it stands: who holds a seat, until when, and who stands in for him."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET, require_POST

from sibulou.lib.problem import Problem
from sibulou.roster.access import EVERYTHING, acting, area_for
from sibulou.roster.appointments import appoint, end_leave, make_seat, take_leave
from sibulou.roster.models import Appointment, Area, Leave, Seat, Subject, User
from sibulou.roster.problems import NotInTheList
from sibulou.roster.role import ROLES, Right, Role
from sibulou.web.allow import may_fill, need_fill, need_over, without
from sibulou.web.labels import Owner, address_of, language, owners, places, word
from sibulou.web.middleware import Asking
from sibulou.web.pages.accounts import Term, terms_of
from sibulou.web.texts import FROM, UNTIL, moment_or_none, words_of


class UnknownAccount(Problem):
    """A sign-in name that no open account has."""

    number = "422.96"
    zh = "没有登录名是“{username}”的账号。请核对登录名，或请管理员先建账号。"
    en = "No account signs in as “{username}”. Check the name, or ask the administrator to make the account first."


@dataclass(frozen=True)
class Spot:
    """Where seats stand: at an area, or on a subject that lies in it."""

    area: Area
    subject: Subject | None = None

    @property
    def roles(self) -> list[Role]:
        """The roles that sit here."""
        if self.subject is not None:
            return [role for role in ROLES.values() if self.subject.kind in role.on]
        return [role for role in ROLES.values() if role.level == self.area.level]

    @property
    def base(self) -> str:
        """The address that its own addresses begin with."""
        return f"/areas/{self.area.pk}/" if self.subject is None else f"/subjects/{self.subject.pk}/"

    @property
    def home(self) -> str:
        """The page of what the seats stand at."""
        one = self.subject
        return self.base if one is None else address_of(one.kind, one.pk, one.area_id)

    @property
    def seats(self) -> Q:
        """What of the seats here stands in a search for appointments."""
        return Q(seat__area=self.area, seat__subject=self.subject)


@dataclass(frozen=True)
class Held:
    """One term that lasts or is to come, with the leaves taken from it that are not over."""

    term: Term
    leaves: list[Leave]


@dataclass(frozen=True)
class Chair:
    """One role here: who answers now (nobody: vacant), and every term that is not over."""

    role: str
    title: str
    owner: Owner | None
    held: list[Held]
    mine: bool


def _at_area(request: Asking, key: int) -> Spot:
    area = area_for(request.reach, key, to=Right.GAPS)
    need_over(request.reach, area.pk, Right.GRANT)
    return Spot(area)


def _at_subject(request: Asking, number: int) -> Spot:
    subject = Subject.objects.select_related("area").filter(pk=number, until__isnull=True).exclude(kind="area").first()
    if subject is None:
        raise Http404
    need_over(request.reach, subject.area_id, Right.GRANT)
    return Spot(subject.area, subject)


def _at_seat(seat: Seat) -> Spot:
    return Spot(seat.area, seat.subject)


@require_GET
def of_area(request: Asking, key: int) -> HttpResponse:
    """The seats at an area."""
    return _draw(request, _at_area(request, key))


@require_GET
def of_subject(request: Asking, number: int) -> HttpResponse:
    """The seats on a subject: guards, heads of posts, keepers."""
    return _draw(request, _at_subject(request, number))


def _draw(request: Asking, spot: Spot, *, sentence: str = "", status: int = 200) -> HttpResponse:
    chairs = _chairs(request, spot)
    facts = {
        "spot": spot,
        "name": spot.subject.label if spot.subject else spot.area.name,
        "place": places([spot.area.pk])[spot.area.pk],
        "chairs": chairs,
        "roles": [(chair.role, chair.title) for chair in chairs if chair.mine],
        "typed": request.POST,
        "sentence": sentence,
    }
    return render(request, "web/chain.html", facts, status=status)


def _chairs(request: Asking, spot: Spot) -> list[Chair]:
    seats = {seat.role: seat for seat in Seat.objects.filter(area=spot.area, subject=spot.subject, closed_at=None)}
    answering = owners([seat.pk for seat in seats.values()], language=language(), now=request.now)
    lasting = Q(ends_at__isnull=True) | Q(ends_at__gt=request.now)
    terms = terms_of(request, spot.seats & lasting)
    leaves = list(
        Leave.objects.filter(lasting, user__in={term.row.user_id for term in terms})
        .select_related("stand_in")
        .order_by("starts_at", "pk")
    )
    chairs = []
    for role in spot.roles:
        seat = seats.get(role.key)
        held = [
            Held(
                term,
                [one for one in leaves if one.user_id == term.row.user_id and one.seat_id in (None, term.row.seat_id)],
            )
            for term in terms
            if seat is not None and term.row.seat_id == seat.pk
        ]
        owner = answering.get(seat.pk) if seat else None
        mine = may_fill(request.reach, role.key, spot.area.pk)
        chairs.append(Chair(role.key, role.label(language()), owner, held, mine))
    return chairs


@require_POST
def area_appointments(request: Asking, key: int) -> HttpResponse:
    """Appoint to a seat at an area."""
    return _appoint(request, _at_area(request, key))


@require_POST
def subject_appointments(request: Asking, number: int) -> HttpResponse:
    """Appoint to a seat on a subject."""
    return _appoint(request, _at_subject(request, number))


def _appoint(request: Asking, spot: Spot) -> HttpResponse:
    role = request.POST.get("role", "")

    def deed() -> None:
        if role in {one.key for one in spot.roles} and request.reach.is_under(role, spot.area.pk):
            need_fill(request.reach, role, spot.area.pk)
        known = {one.key: one for one in spot.roles if may_fill(request.reach, one.key, spot.area.pk)}
        if role not in known:
            allowed = "、".join(one.label(language()) for one in known.values())
            raise NotInTheList(field=word("角色", "role"), given=role[:24], allowed=allowed)
        user = _account(request.POST.get("username", ""))
        area = spot.area if spot.subject is None else None
        appoint(
            seat=make_seat(role=role, area=area, subject=spot.subject, by=request.by, now=request.now),
            user=user,
            starts_at=moment_or_none(request.POST.get("starts", ""), FROM) or request.now,
            ends_at=moment_or_none(request.POST.get("ends", ""), UNTIL),
            deputy=request.POST.get("deputy") == "yes",
            by=request.by,
            now=request.now,
        )

    return _do(request, spot, deed, word("已任命。", "Appointed."))


def _account(text: str) -> User:
    """The account that signs in under a name. Raises UnknownAccount."""
    username = text.strip().lower().replace("\x00", "")[:40]
    user = User.objects.filter(username=username).first()
    if user is None:
        raise UnknownAccount(username=username)
    return user


def _do(request: Asking, spot: Spot, deed: Callable[[], None], said: str) -> HttpResponse:
    """Do it and come back to the seats; a problem stands there as a sentence, with what was typed."""
    try:
        with transaction.atomic():
            deed()
    except Problem as problem:
        return _draw(request, spot, sentence=problem.say(language()), status=problem.status)
    messages.success(request, said)
    return HttpResponseRedirect(f"{spot.base}chain/")


def _need_excuse(request: Asking, seat: Seat, user: User) -> None:
    """Leaves are for whoever grants there, and one's own; an administrator of accounts is not asked for leave.

    Raises NoRight, SuperiorsSeat.
    """
    need_over(request.reach, seat.area_id, Right.GRANT)
    if user.pk != request.user.pk:
        need_fill(request.reach, seat.role, seat.area_id)


@require_POST
def leaves(request: Asking, number: int) -> HttpResponse:
    """Leave from one seat, with somebody who stands in, or with nobody."""
    rows = Appointment.objects.select_related("seat__area", "seat__subject", "user")
    row = rows.filter(pk=number).first()
    if row is None:
        raise Http404
    _need_excuse(request, row.seat, row.user)

    def deed() -> None:
        stand_in = request.POST.get("stand_in", "").strip()
        take_leave(
            user=row.user,
            seat=row.seat,
            starts_at=moment_or_none(request.POST.get("starts", ""), FROM) or request.now,
            ends_at=moment_or_none(request.POST.get("ends", ""), UNTIL),
            stand_in=_account(stand_in) if stand_in else None,
            reason=words_of(request.POST.get("reason", ""), 200),
            by=request.by,
            now=request.now,
        )

    return _do(request, _at_seat(row.seat), deed, word("请假已登记。", "The leave is entered."))


@require_POST
def leave_end(request: Asking, number: int) -> HttpResponse:
    """Back from leave as of now; one that has not begun is called off."""
    row = Leave.objects.select_related("seat__area", "seat__subject", "user").filter(pk=number).first()
    if row is None:
        raise Http404
    seats = [row.seat] if row.seat else _seats_of(request, row.user)
    if not seats:
        raise without(Right.GRANT)
    for seat in seats:
        _need_excuse(request, seat, row.user)

    def deed() -> None:
        end_leave(leave=row, at=request.now, by=request.by, now=request.now)

    return _do(request, _at_seat(seats[0]), deed, word("已销假。", "Back from leave."))


def _seats_of(request: Asking, user: User) -> list[Seat]:
    """Every seat he holds, those outside one's own area too: a leave from all ends for all."""
    with acting(EVERYTHING):
        lasting = Q(appointments__ends_at__isnull=True) | Q(appointments__ends_at__gt=request.now)
        rows = Seat.objects.filter(lasting, appointments__user=user).select_related("area", "subject")
        return list(rows.distinct())


urlpatterns: list[URLPattern] = [
    path("areas/<int:key>/chain/", of_area),
    path("areas/<int:key>/appointments/", area_appointments),
    path("subjects/<int:number>/chain/", of_subject),
    path("subjects/<int:number>/appointments/", subject_appointments),
    path("appointments/<int:number>/leaves/", leaves),
    path("leaves/<int:number>/end/", leave_end),
]
