"""Accounts and appointments, for administrators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sibulou.duty.models import Obligation, not_waived
from sibulou.lib.problem import Problem
from sibulou.roster.access import EVERYTHING, Reach, acting
from sibulou.roster.accounts import open_account, set_password, unlock_account
from sibulou.roster.appointments import appoint, close_account, create_user, end_appointment, make_seat
from sibulou.roster.area_key import LEVEL_NAMES, Level, key_range
from sibulou.roster.areas import area_by_code
from sibulou.roster.models import Appointment, Area, Seat, User
from sibulou.roster.problems import NotInTheList, OutOfReach
from sibulou.roster.role import ROLES, Right
from sibulou.roster.seal import work_phone
from sibulou.roster.second_factor import device_of, remove
from sibulou.web.allow import may_fill, need, need_fill, need_over, roots
from sibulou.web.labels import language, pick, places, word
from sibulou.web.middleware import Asking
from sibulou.web.texts import FROM, UNTIL, moment_or_none, number_of, words_of

PAGE = 50


@dataclass(frozen=True)
class Term:
    """One appointment in words; `owes` is how many obligations of its seat are open."""

    row: Appointment
    role: str
    place: str
    current: bool
    mine_to_end: bool
    owes: int


def _mine(reach: Reach) -> QuerySet[User]:
    """The accounts of one's county, and those that nobody has appointed yet: read as the system, for an account
    of another county shows no appointment at all within one's own reach."""
    within = Q()
    for low, high in reach.ranges.get(Right.ADMIN, ()):
        within |= Q(seat__area_id__gte=low, seat__area_id__lt=high)
    terms = Appointment.objects.filter(user=OuterRef("pk"))
    return User.objects.filter(Exists(terms.filter(within)) | ~Exists(terms))


def _user(request: Asking, number: int) -> User:
    with acting(EVERYTHING):
        user = _mine(request.reach).filter(pk=number).first()
    if user is None:
        raise Http404
    return user


@require_GET
def accounts(request: Asking) -> HttpResponse:
    """Accounts by their sign-in name, page by page; found by name or sign-in name."""
    need(request.reach, Right.ADMIN)
    wanted, after = request.GET.get("q", "").strip()[:40], request.GET.get("after", "")[:40]
    rows = _mine(request.reach).order_by("username")
    if wanted and "\x00" not in wanted:
        rows = rows.filter(Q(username__startswith=wanted.lower()) | Q(name__contains=wanted))
    if after and "\x00" not in after:
        rows = rows.filter(username__gt=after)
    with acting(EVERYTHING):
        found = list(rows[: PAGE + 1])
    held: dict[int, list[Term]] = {}
    for term in terms_of(request, Q(user__in=found[:PAGE])):
        if term.current:
            held.setdefault(term.row.user_id, []).append(term)
    facts = {
        "users": [(user, held.get(user.pk, [])) for user in found[:PAGE]],
        "next": found[PAGE - 1].username if len(found) > PAGE else "",
        "wanted": wanted,
        "locked": set(_locked()),
    }
    return render(request, "web/accounts.html", facts)


def _locked() -> list[str]:
    most = settings.AXES_FAILURE_LIMIT
    return list(AccessAttempt.objects.filter(failures_since_start__gte=most).values_list("username", flat=True))


def terms_of(request: Asking, about: Q) -> list[Term]:
    """Appointments in words, the latest first."""
    rows = list(Appointment.objects.filter(about).select_related("seat__subject", "user").order_by("-starts_at", "pk"))
    where = places({row.seat.area_id for row in rows})
    owed = _owed({row.seat_id for row in rows if _lasts(row, request.now)}, request.now)
    return [
        Term(
            row=row,
            role=ROLES[row.seat.role].label(language()),
            place=row.seat.subject.label if row.seat.subject else where[row.seat.area_id],
            current=row.starts_at <= request.now and _lasts(row, request.now),
            mine_to_end=_lasts(row, request.now) and may_fill(request.reach, row.seat.role, row.seat.area_id),
            owes=owed.get(row.seat_id, 0),
        )
        for row in rows
    ]


def _owed(seats: set[int], now: datetime) -> dict[int, int]:
    """How many obligations of each seat are open. Counted as the system: who administers accounts sees none of them,
    and must know how much hangs on a seat before he empties it."""
    with acting(EVERYTHING):
        rows = Obligation.objects.filter(not_waived(now), seat__in=seats, met_at__isnull=True, opened_at__lte=now)
        return dict(rows.values_list("seat").annotate(many=Count("pk")))


def _lasts(row: Appointment, now: datetime) -> bool:
    return row.ends_at is None or row.ends_at > now


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def new(request: Asking) -> HttpResponse:
    """Make an account."""
    need(request.reach, Right.ADMIN)
    sentence, status = "", 200
    if request.method == "POST":
        try:
            user = create_user(
                username=request.POST.get("username", "").strip().lower().replace("\x00", ""),
                name=request.POST.get("name", "").replace("\x00", ""),
                password=request.POST.get("password", ""),
                phone=request.POST.get("phone", ""),
                by=request.by,
                now=request.now,
                demo=settings.DEMO,
            )
        except Problem as problem:
            sentence, status = problem.say(language()), problem.status
        else:
            messages.success(request, word("账号已建好，请接着任命。", "The account is made; now appoint it."))
            return HttpResponseRedirect(f"/accounts/{user.pk}/")
    return render(request, "web/account_new.html", {"sentence": sentence, "typed": request.POST}, status=status)


@require_GET
def account(request: Asking, number: int) -> HttpResponse:
    """One account: its seats, its state."""
    need(request.reach, Right.ADMIN)
    return _draw(request, _user(request, number))


def _draw(request: Asking, user: User, *, sentence: str = "", status: int = 200) -> HttpResponse:
    county = roots(request.reach, Right.ADMIN)
    facts = {
        "account": user,
        "phone": work_phone(user),
        "terms": terms_of(request, Q(user=user)),
        "roles": _roles(),
        "areas": _areas(county[0]) if county else [],
        "locked": user.username in _locked(),
        "code": device_of(user) is not None,
        "oneself": user.pk == request.user.pk,
        "typed": request.POST,
        "sentence": sentence,
    }
    return render(request, "web/account_one.html", facts, status=status)


def _roles() -> list[tuple[str, list[tuple[str, str]]]]:
    """The roles that sit at an area, by level; guards and heads of posts are appointed where their charge is."""
    return [
        (pick(LEVEL_NAMES[level], language()),
         [(role.key, role.label(language())) for role in ROLES.values() if role.level is level])
        for level in Level if any(role.level is level for role in ROLES.values())
    ]  # fmt: skip


def _areas(county: int) -> list[tuple[str, str]]:
    low, high = key_range(county)
    rows = Area.objects.filter(pk__gte=low, pk__lt=high, level__lte=Level.VILLAGE, until__isnull=True)
    return [(str(row.pk), "　" * (row.level - Level.COUNTY) + row.name) for row in rows]


@require_POST
def new_appointment(request: Asking, number: int) -> HttpResponse:
    """Appoint an account to a seat at an area: chosen from the list, or by its official code."""
    need(request.reach, Right.ADMIN)
    user = _user(request, number)
    try:
        with transaction.atomic():
            appoint(
                seat=_seat(request, _area(request)),
                user=user,
                starts_at=moment_or_none(request.POST.get("starts", ""), FROM) or request.now,
                ends_at=moment_or_none(request.POST.get("ends", ""), UNTIL),
                deputy=request.POST.get("deputy") == "yes",
                by=request.by,
                now=request.now,
            )
    except Problem as problem:
        return _draw(request, user, sentence=problem.say(language()), status=problem.status)
    messages.success(request, word("已任命。", "Appointed."))
    return HttpResponseRedirect(f"/accounts/{user.pk}/")


def _area(request: Asking) -> Area:
    """The area that was chosen. Raises UnknownArea, OutOfReach, NoRight."""
    code = request.POST.get("code", "").strip().replace("\x00", "")
    area = area_by_code(code[:18]) if code else Area.objects.filter(pk=number_of(request.POST.get("area", ""))).first()
    if area is None:
        raise OutOfReach
    need_over(request.reach, area.pk, Right.ADMIN)
    return area


def _seat(request: Asking, area: Area) -> Seat:
    role = request.POST.get("role", "")
    if role not in ROLES:
        raise NotInTheList(field=word("角色", "role"), given=role[:24], allowed=word("表中所列", "those listed"))
    return make_seat(role=role, area=area, by=request.by, now=request.now)


@require_POST
def appointment_end(request: Asking, number: int) -> HttpResponse:
    """End an appointment as of now, with the reason: the seat is vacant from this minute unless a deputy or stand-in
    is there."""
    row = Appointment.objects.select_related("seat", "user").filter(pk=number).first()
    if row is None:
        raise Http404
    need_fill(request.reach, row.seat.role, row.seat.area_id)
    reason = words_of(request.POST.get("reason", ""), 200)
    end_appointment(appointment=row, at=request.now, reason=reason, by=request.by, now=request.now)
    messages.success(request, word(f"任职已结束：{reason}", f"The appointment has ended: {reason}"))
    onward = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(onward, allowed_hosts=None):
        return HttpResponseRedirect(onward)
    return HttpResponseRedirect(f"/accounts/{row.user_id}/" if request.reach.has(Right.ADMIN) else "/mine/")


_SAID = {
    "closed": (
        "账号已停用，它的席位从现在起由副职承担或无人负责。",
        "Closed: its seats fall to deputies or stand vacant from now on.",
    ),
    "open": ("账号已启用。", "The account is open again."),
    "without_code": ("已取消手机验证码，请尽快让本人重新设置。", "The code is removed; have it set up again soon."),
    "unlocked": ("已解锁，可以重新登录。", "Unlocked: it may sign in again."),
}


@require_POST
def state(request: Asking, number: int) -> HttpResponse:
    """Close an account, open it again, or unlock it."""
    need(request.reach, Right.ADMIN)
    user = _user(request, number)
    wanted = request.POST.get("state", "")
    deeds = {"closed": close_account, "open": open_account, "unlocked": unlock_account, "without_code": remove}
    if wanted not in deeds:
        raise NotInTheList(field="state", given=wanted[:20], allowed=", ".join(deeds))
    try:
        deeds[wanted](user=user, by=request.by, now=request.now)
    except Problem as problem:
        return _draw(request, user, sentence=problem.say(language()), status=problem.status)
    messages.success(request, pick(_SAID[wanted], language()))
    return HttpResponseRedirect(f"/accounts/{user.pk}/")


@sensitive_post_parameters("password")
@require_POST
def new_password(request: Asking, number: int) -> HttpResponse:
    """Give an account another password."""
    need(request.reach, Right.ADMIN)
    user = _user(request, number)
    try:
        set_password(user=user, new=request.POST.get("password", ""), by=request.by, now=request.now)
    except Problem as problem:
        return _draw(request, user, sentence=problem.say(language()), status=problem.status)
    zh, en = "密码已重设，请当面告知本人并让其尽快更改。", "The password is set. Tell it in person, to be changed soon."
    messages.success(request, word(zh, en))
    return HttpResponseRedirect(f"/accounts/{user.pk}/")


urlpatterns: list[URLPattern] = [
    path("accounts/", accounts),
    path("accounts/new/", new),
    path("accounts/<int:number>/", account),
    path("accounts/<int:number>/appointments/", new_appointment),
    path("accounts/<int:number>/state/", state),
    path("accounts/<int:number>/password/", new_password),
    path("appointments/<int:number>/end/", appointment_end),
]
