"""Records to settle: conflicts side by side, refused ones, and those about something that is on no roster."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.timezone import get_current_timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sibulou.duty.force import stages
from sibulou.duty.form import Form
from sibulou.duty.intake import Outcome
from sibulou.duty.models import Record, Refusal
from sibulou.duty.personal import open_answers, sent
from sibulou.duty.refusal import SettledAlready, settle_refusal
from sibulou.field.handed_in import Teller, enter_family, family_of
from sibulou.field.items import Unreadable, read_family, read_item
from sibulou.field.links import MARK
from sibulou.lib.problem import Problem
from sibulou.roster.codes import RELATION
from sibulou.roster.deed import deed
from sibulou.roster.models import Subject, User
from sibulou.roster.role import Right
from sibulou.web.answers import Shown, in_words, masked_answer
from sibulou.web.asked import UnknownChoice
from sibulou.web.forms import uuid_or_none
from sibulou.web.labels import address_of, clock, language, pick, places
from sibulou.web.middleware import Asking
from sibulou.web.sheet import may_tell
from sibulou.web.timeline import plan_words

PAGE = 50
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9]{2}:[0-9]{2})?")
OUTCOME_WORDS: dict[str, tuple[str, str]] = {
    Outcome.CONFLICTING: ("两份不同", "conflicting"),
    Outcome.REFUSED: ("没有收下", "refused"),
    Outcome.UNKNOWN_SUBJECT: ("对象未入册", "subject not on the roster"),
}


@dataclass(frozen=True)
class Side:
    """One answer of two records, side by side."""

    label: str
    kept: str
    sent: str

    @property
    def differs(self) -> bool:
        return self.kept != self.sent


@dataclass(frozen=True)
class Waiting:
    """One record to settle in words."""

    refusal: Refusal
    outcome: str
    sentence: str
    form: str
    subject: str
    told_by: str
    place: str


def _facts(refusal: Refusal) -> dict[str, object]:
    """What was sent, as far as it can be read."""
    told = sent(refusal)
    return told if isinstance(told, dict) else {}


def _subject(refusal: Refusal) -> Subject | None:
    text = str(_facts(refusal).get("subject", ""))
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        return None
    return Subject.objects.filter(pk=int(text)).first()


def _told_by(row: Refusal, users: Mapping[int, User]) -> str:
    if row.told_by_id is None and row.device.startswith(MARK):
        return pick(("本人", "the person himself"), language())
    user = users.get(row.told_by_id or 0)
    return user.name if user else ""


@require_GET
def refusals(request: Asking) -> HttpResponse:
    """What waits to be settled in one's area, the oldest first; and what was settled lately."""
    waiting = Refusal.objects.filter(settled_at__isnull=True)
    wanted = request.GET.get("outcome", "")
    if wanted and wanted not in OUTCOME_WORDS:
        raise UnknownChoice(field="outcome", given=wanted[:40])
    if wanted:
        waiting = waiting.filter(outcome=wanted)
    facts = {
        "waiting": _waiting(list(waiting.order_by("received_at", "pk")[:PAGE])),
        "more": max(waiting.count() - PAGE, 0),
        "settled": _waiting(list(Refusal.objects.filter(settled_at__isnull=False).order_by("-settled_at")[:10])),
        "outcomes": [(key, pick(words, language())) for key, words in OUTCOME_WORDS.items()],
        "wanted": wanted,
    }
    return render(request, "web/refusals.html", facts)


def _waiting(rows: list[Refusal]) -> list[Waiting]:
    forms, _, _ = plan_words()
    users = User.objects.in_bulk({row.told_by_id for row in rows if row.told_by_id})
    where = places({row.area_id for row in rows if row.area_id})
    found = []
    for row in rows:
        told = _facts(row)
        form = str(told.get("form", ""))
        subject = _subject(row)
        found.append(
            Waiting(
                refusal=row,
                outcome=pick(OUTCOME_WORDS.get(row.outcome, (row.outcome, row.outcome)), language()),
                sentence=_sentence(row),
                form=forms[form].say(language()) if form in forms else _kind(told) or form[:40],
                subject=subject.label if subject else str(told.get("subject", ""))[:40],
                told_by=_told_by(row, users),
                place=where.get(row.area_id, "") if row.area_id else "",
            )
        )
    return found


def _sentence(row: Refusal) -> str:
    """What is wrong with it; of a conflict without what brings one to this page."""
    if row.outcome == Outcome.CONFLICTING:
        zh = "同一份记录收到两次，内容不同，两份都已留存。请选定以哪一份为准。"
        en = "This record was received twice with other answers; both are kept. Settle which one stands."
        return pick((zh, en), language())
    return pick((row.words_zh, row.words_en), language())


def _kind(told: Mapping[str, object]) -> str:
    """What was handed in that is no record: an excuse, a family."""
    words = {"excuse": ("办不了，因为", "cannot, because"), "family": ("一户", "a family")}
    return pick(words[str(told["kind"])], language()) if told.get("kind") in words else ""


@require_http_methods(["GET", "POST"])
def refusal(request: Asking, number: int) -> HttpResponse:
    """One record to settle: what was sent, what is wrong with it, and what stands in its place."""
    row = Refusal.objects.filter(pk=number).first()
    if row is None:
        raise Http404
    if request.method == "GET":
        return _draw(request, row)
    try:
        settle_refusal(refusal=row, how=request.POST.get("how", ""), by=request.by, now=request.now)
    except Problem as problem:
        return _draw(request, row, sentence=problem.say(language()), status=problem.status)
    messages.success(request, pick(("已处理，原件仍然留存。", "Settled; what was sent is still kept."), language()))
    return HttpResponseRedirect("/refusals/")


@require_POST
def family(request: Asking, number: int) -> HttpResponse:
    """Enter a family that waits off the roster, by one's name; that settles it."""
    row = Refusal.objects.filter(pk=number).first()
    sent_family = family_of(_facts(row)) if row is not None else None
    if row is None or sent_family is None:
        raise Http404
    try:
        if row.settled_at is not None:
            raise SettledAlready(by=row.settled_by, how=row.settled_how)
        item = read_item(sent_family, read_family)
        if isinstance(item, Unreadable):
            raise item.problem
        with deed():
            household, *_ = enter_family(item, Teller(request.reach, request.by, request.now))
            settle_refusal(refusal=row, how=f"→ {household}", by=request.by, now=request.now)
    except Problem as problem:
        return _draw(request, row, sentence=problem.say(language()), status=problem.status)
    messages.success(request, pick(("这一户已登记入册。", "The family is on the roster."), language()))
    return HttpResponseRedirect(f"/households/{household}/")


def _family_words(told: Mapping[str, object]) -> list[Shown]:
    """A family that was handed in, line by line, its numbers masked."""
    content = family_of(told)
    if content is None:
        return []
    words = {"address": ("地址", "Address"), "phone": ("电话", "Telephone"), "name": ("户名", "Name")}
    lines = [Shown(pick(label, language()), _odd(content[key])) for key, label in words.items() if content.get(key)]
    persons = content.get("persons")
    for one in persons if isinstance(persons, list) else []:
        facts = one if isinstance(one, dict) else {"name": one}
        relation = RELATION.label(str(facts.get("relation", "99")), language())
        rest = [_careful(str(facts[key])) for key in ("birth_date", "identity", "phone") if facts.get(key)]
        lines.append(Shown(relation, " · ".join([str(facts.get("name", ""))[:80], *rest])))
    return lines


def _may_enter(request: Asking, row: Refusal, told: Mapping[str, object]) -> bool:
    """Whether the reader may enter the family that this is."""
    waiting = family_of(told) is not None and row.settled_at is None and row.area_id is not None
    return waiting and request.reach.covers(row.area_id or 0, Right.ROSTER)


def _draw(request: Asking, row: Refusal, *, sentence: str = "", status: int = 200) -> HttpResponse:
    subject = _subject(row)
    number = uuid_or_none(row.record_id)
    kept = Record.objects.filter(pk=number).first() if number and row.outcome == Outcome.CONFLICTING else None
    told = _facts(row)
    forms = _forms(told)
    again = subject is not None and may_tell(request, subject) and told.get("form") in forms
    answers = _answers(forms, told)
    family_words = _family_words(told)
    facts = {
        "one": _waiting([row])[0],
        "row": row,
        "subject": subject,
        "home": address_of(subject.kind, subject.pk, subject.area_id) if subject else "",
        "kept": kept,
        "sides": _sides(kept, told) if kept else [],
        "answers": answers,
        "told_at": _moment(told.get("happened_at")),
        "family": family_words,
        "may_enter": _may_enter(request, row, told),
        "sent": "" if answers or family_words else json.dumps(_sent(sent(row)), ensure_ascii=False, indent=1),
        "form": told.get("form"),
        "plan": told.get("plan", ""),
        "again": again,
        "how": request.POST.get("how", ""),
        "sentence": sentence,
    }
    return render(request, "web/refusal.html", facts, status=status)


def _forms(told: Mapping[str, object]) -> dict[str, Form]:
    """The forms of every plan in force, those of the plan that was named before those of the others."""
    in_order = sorted(stages(), key=lambda running: running.plan.key != told.get("plan"))
    found: dict[str, Form] = {}
    for running in in_order:
        found = {**running.plan.forms, **found}
    return found


def _answers(forms: Mapping[str, Form], told: Mapping[str, object]) -> list[Shown]:
    """What was answered, in words and in the form's order; nothing if the form is unknown or the content is none."""
    form, content = forms.get(str(told.get("form"))), told.get("content")
    if form is None or not isinstance(content, dict):
        return []
    keys = [one.key for one in form.fields if one.key in content]
    known = [Shown(_label(form, key), _careful(_said(form, key, content[key]))) for key in keys]
    return known + [Shown(str(key)[:40], _odd(value)) for key, value in content.items() if form.field(str(key)) is None]


def _label(form: Form | None, key: str) -> str:
    field = form.field(key) if form else None
    return field.title.say(language()) if field else key[:40]


def _careful(said: str) -> str:
    """An answer that was refused: long numbers are masked whatever was asked, for they may stand in a wrong field."""
    return said if _DAY.fullmatch(said) else str(masked_answer(said))


def _odd(value: object) -> str:
    """An answer to a question that the form has not: as it was sent, its long numbers masked."""
    masked = masked_answer(value)
    return masked if isinstance(masked, str) else json.dumps(masked, ensure_ascii=False)


def _sent(payload: object) -> object:
    """What was sent, as a page shows it: the numbers in its answers masked."""
    if not isinstance(payload, dict):
        return masked_answer(payload)
    return {key: masked_answer(value) if key == "content" else value for key, value in payload.items()}


def _sides(kept: Record, told: dict[str, object]) -> list[Side]:
    """Both records, answer by answer; the moment first."""
    form = _forms({"plan": kept.plans[0] if kept.plans else ""}).get(kept.form)
    given, stands = told.get("content"), open_answers(kept.form, kept.content)
    content = given if isinstance(given, dict) else {}
    sides = [Side(pick(("何时发生", "When"), language()), clock(kept.claimed_at), _moment(told.get("happened_at")))]
    for key in dict.fromkeys([*stands, *content]):
        sides.append(
            Side(_label(form, str(key)), *(_said(form, str(key), said.get(key)) for said in (stands, content)))
        )
    return sides


def _moment(value: object) -> str:
    """A moment that was sent, in the county's zone; what is none, as it was sent."""
    if not value:
        return "—"
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return str(value)
    return clock(moment if moment.tzinfo else moment.replace(tzinfo=get_current_timezone()))


def _said(form: Form | None, key: str, value: object) -> str:
    """One answer in words; of an unknown form, or of an odd shape, as it was sent."""
    if value is None:
        return "—"
    if form is None or not isinstance(value, str | int | float | list):
        return _odd(value)
    return in_words(form, key, masked_answer(value) if key in form.personal else value)


urlpatterns: list[URLPattern] = [
    path("refusals/", refusals),
    path("refusals/<int:number>/", refusal),
    path("refusals/<int:number>/family/", family),
]
