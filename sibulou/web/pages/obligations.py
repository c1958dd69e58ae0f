"""One obligation: its window, where it stands, whose it is, what met it and what did not, waivers, and the climb."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET

from sibulou.duty.force import plan_of
from sibulou.duty.gap import Standing
from sibulou.duty.models import Climb, Obligation, Record, Revision, Waiver
from sibulou.duty.plan_parts import Duty, Plan
from sibulou.field.links import told_himself
from sibulou.roster.models import Subject
from sibulou.roster.role import Right
from sibulou.web.labels import address_of, language, owners, pick, places
from sibulou.web.middleware import Asking
from sibulou.web.owed import Owed, owed
from sibulou.web.present import ABOVE, FRONT_WORDS
from sibulou.web.sheet import doors, may_tell
from sibulou.web.timeline import plan_words

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Mark:
    """One moment of the window, as the little time line shows it."""

    word: str
    at: datetime
    kind: str


@dataclass(frozen=True)
class Told:
    """A record of the subject that could have met it: and why it did not, if so."""

    record: Record
    title: str
    why_not: str


@dataclass(frozen=True)
class Rung:
    """One telling: how high, whom, when."""

    climb: Climb
    role: str
    told: str


def _word(zh: str, en: str) -> str:
    return pick((zh, en), language())


def find(number: int) -> Obligation:
    """The obligation, if the reader sees it. Raises Http404."""
    row = Obligation.objects.select_related("duty", "seat", "stage__version", "waiver").filter(pk=number).first()
    if row is None:
        raise Http404
    return row


@require_GET
def obligation(request: Asking, number: int) -> HttpResponse:
    """The page."""
    return draw(request, find(number))


def draw(request: Asking, row: Obligation, *, sentence: str = "", status: int = 200) -> HttpResponse:
    """The page; after a request for a waiver that failed, with its sentence and what was typed."""
    plan = plan_of(row.stage.version)
    duty = plan.duties.get(row.duty.key)
    (shown,) = owed([row], language=language(), now=request.now)
    subject = Subject.objects.filter(pk=row.subject_id).first()
    tells = subject is not None and may_tell(request, subject)
    waivers = list(Waiver.objects.filter(Q(about=row) | Q(pk=row.waiver_id or 0)).order_by("asked_at"))
    facts = {
        "row": row,
        "owed": shown,
        "why": duty.why.say(language()) if duty else "",
        "articles": duty.articles if duty else (),
        "opener": _opener(row, plan),
        "front": _word(*FRONT_WORDS[row.duty.front]),
        "subject": subject,
        "home": address_of(subject.kind, subject.pk, subject.area_id) if subject else "",
        "place": places([row.area_id])[row.area_id],
        "owner": owners([row.seat_id], language=language(), now=request.now).get(row.seat_id),
        "marks": _marks(row, request.now),
        "records": _records(row, plan, duty),
        "waivers": waivers,
        "withdrawable": {one.pk for one in waivers if _may_withdraw(request, one, row, shown)},
        "reasons": _reasons(plan, duty),
        "reason_words": {key: label.say(language()) for key, label in plan_words()[2].items()},
        "rungs": _rungs(row, request.now),
        "revisions": Revision.objects.filter(obligation=row).order_by("changed_at"),
        "doors": doors([row], onward=request.path, now=request.now).get(row.pk, []) if tells and shown.open else [],
        "may_ask": shown.open and (tells or request.reach.covers(row.area_id, Right.RECORD)),
        "may_grant": request.reach.covers(row.area_id, Right.GRANT),
        "may_see_records": subject is not None,
        "sentence": sentence,
        "typed": request.POST,
    }
    return render(request, "web/obligation.html", facts, status=status)


def _opener(row: Obligation, plan: Plan) -> tuple[Record, str] | None:
    """The record that called for it, with its title, where the reader may see that record."""
    found = Record.objects.select_related("subject").filter(pk=row.opened_by).first() if row.opened_by else None
    if found is None:
        return None
    return found, plan.forms[found.form].title.say(language()) if found.form in plan.forms else found.form


def _may_withdraw(request: Asking, waiver: Waiver, row: Obligation, shown: Owed) -> bool:
    """Whether the reader may take a waiver back: his own request, or one that holds."""
    own = waiver.asked_by_id == request.user.pk
    if waiver.kind != Waiver.Kind.WAIVER or waiver.waits:
        return own and waiver.waits
    holds = shown.stands is Standing.WAIVED and row.waiver_id == waiver.pk
    return holds and (own or request.reach.covers(row.area_id, Right.GRANT))


def _marks(row: Obligation, now: datetime) -> list[Mark]:
    """The moments of the window in their order, with what happened among them."""
    marks = [
        Mark(_word("开始", "opens"), row.opened_at, "opens"),
        Mark(_word("提醒责任人", "owner warned"), row.warn_at, "warn"),
        Mark(_word("应办期限", "due"), row.due_at, "due"),
        Mark(_word("报上一级", "next level told"), row.tell_at, "tell"),
        Mark(_word("现在", "now"), now, "now"),
    ]
    if row.until_at:
        marks.append(Mark(_word("时段结束", "window ends"), row.until_at, "until"))
    if row.met_at and row.known_at:
        marks += [Mark(_word("办结（发生）", "met (happened)"), row.met_at, "met"),
                  Mark(_word("办结（获知）", "met (known)"), row.known_at, "met")]  # fmt: skip
    if row.waived_at:
        marks.append(Mark(_word("豁免", "waived"), row.waived_at, "met"))
    return sorted(marks, key=lambda mark: mark.at)


def _records(row: Obligation, plan: Plan, duty: Duty | None) -> list[Told]:
    """Records of the forms that could have met it, from a day before the window to a day after; newest first."""
    if duty is None:
        return []
    forms = {closer.form for closer in duty.closers}
    rows = Record.objects.filter(subject=row.subject_id, form__in=forms, happened_at__gte=row.opened_at - _DAY)
    if row.until_at is not None:
        rows = rows.filter(happened_at__lt=row.until_at + _DAY)
    found = list(rows.order_by("-happened_at")[:50])
    corrected = set(Record.objects.filter(corrects__in=[one.pk for one in found]).values_list("corrects", flat=True))
    return [
        Told(one, plan.forms[one.form].title.say(language()), _why_not(one, row, corrected=one.pk in corrected))
        for one in found
    ]


def _why_not(record: Record, row: Obligation, *, corrected: bool) -> str:
    """Why a record does not meet the obligation, empty if it does."""
    if corrected or record.withdraws:
        return _word("已被更正或撤回", "replaced or withdrawn")
    if record.happened_at < row.opened_at:
        return _word("早于这个时段", "before this window")
    if row.until_at is not None and record.happened_at >= row.until_at:
        return _word("晚于这个时段", "after this window")
    if row.duty_id not in record.closes and told_himself(record):
        return _word("本人自己填的，这一项要别人办", "told by the person himself, where somebody else must act")
    if row.duty_id not in record.closes:
        return _word("内容没有达到要求", "what it says does not meet the duty")
    if record.answers is not None and record.answers != row.opened_by:
        return _word("答的是另一件事", "answers something else")
    return ""


def _reasons(plan: Plan, duty: Duty | None) -> list[tuple[str, str]]:
    allowed = duty.waiver.reasons if duty is not None and duty.waiver is not None else tuple(plan.reasons)
    return [(key, plan.reasons[key].title.say(language())) for key in allowed]


def _rungs(row: Obligation, now: datetime) -> list[Rung]:
    climbs = list(Climb.objects.filter(obligation=row).order_by("step"))
    seats = owners([one.seat_id for one in climbs], language=language(), now=now)
    above, nobody = _word(*ABOVE), _word("无人在岗", "nobody there")
    return [Rung(one, seats[one.seat_id].role if one.seat_id in seats else above, one.told or nobody) for one in climbs]


urlpatterns: list[URLPattern] = [path("obligations/<int:number>/", obligation)]
