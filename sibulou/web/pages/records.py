"""Records: a form for any kind, handed in through the one door; what became of one; its correction and withdrawal."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sibulou.duty.form import TAKEN, Form
from sibulou.duty.gap import Standing
from sibulou.duty.intake import Answer, Batch, Outcome, take_in
from sibulou.duty.models import Obligation, Record, Refusal, Watch
from sibulou.duty.personal import log_opening, reveal
from sibulou.duty.told import Told
from sibulou.field.attachments import LARGEST, digest_of, keep_attachment, open_attachment
from sibulou.field.links import link_of, told_himself
from sibulou.field.problems import NotYetCome
from sibulou.lib.problem import Problem
from sibulou.lib.uuid7 import uuid7
from sibulou.roster.models import Subject, User
from sibulou.roster.role import Right
from sibulou.web.allow import without
from sibulou.web.answers import answers_of
from sibulou.web.forms import Filled, questions, read_filled, shown_fields, uuid_or_none
from sibulou.web.labels import KIND_WORDS, address_of, language, pick, places
from sibulou.web.middleware import Asking
from sibulou.web.owed import Owed, owed, stands_at
from sibulou.web.sheet import (
    NoFormRuns,
    Sheet,
    around,
    forms_about,
    local,
    may_tell,
    moment_of,
    plan_and_form,
    read_sheet,
)


@require_http_methods(["GET", "POST"])
def new(request: Asking, number: int) -> HttpResponse:
    """The form of a record kind about a subject; without one chosen, the kinds there are."""
    subject = _subject(request, number)
    if not request.GET.get("form"):
        return _kinds(request, subject)
    sheet = read_sheet(request, subject)
    if request.method == "GET":
        return _draw(request, sheet)
    if request.headers.get("X-Look"):
        return JsonResponse({"shown": shown_fields(sheet.form, request.POST, zone=sheet.zone)})
    try:
        posted = _with_taken(request, sheet.form)
    except Problem as problem:
        return _draw(request, sheet, status=problem.status, sentence=problem.say(language()))
    filled = read_filled(sheet.form, posted, zone=sheet.zone, now=request.now, kept=sheet.kept)
    if not filled.ready:
        return _draw(request, sheet, filled, status=422)
    return _hand_in(request, sheet, filled)


def _with_taken(request: Asking, form: Form) -> QueryDict:
    """What was posted, with the digest of each photo or recording that came with it; these are kept.

    Raises NeitherPictureNorSound, AttachmentTooLarge.
    """
    posted = request.POST.copy()
    for field in form.fields:
        file = request.FILES.get(f"{field.key}.file") if field.type in TAKEN else None
        if file is not None:
            plain = file.read(max(LARGEST.values()) + 1)
            digest = digest_of(plain)
            keep_attachment(digest=digest, plain=plain, by=request.by, now=request.now)
            posted[field.key] = digest
    return posted


def _subject(request: Asking, number: int) -> Subject:
    subject = Subject.objects.filter(pk=number).first()
    if subject is None:
        raise Http404
    if not may_tell(request, subject):
        raise without(Right.RECORD)
    return subject


def _kinds(request: Asking, subject: Subject) -> HttpResponse:
    choices = forms_about(subject, request.now)
    if not choices:
        zh, en = KIND_WORDS[subject.kind]
        raise NoFormRuns(kind_zh=zh, kind_en=en)
    shown = [
        (urlencode({"form": one.form.key, "plan": one.plan.key}), one, one.form.why.say(language())) for one in choices
    ]
    facts = {"subject": subject, "home": address_of(subject.kind, subject.pk, subject.area_id), "forms": shown}
    return render(request, "web/record_kinds.html", facts)


def _draw(
    request: Asking, sheet: Sheet, filled: Filled | None = None, *, status: int = 200, sentence: str = ""
) -> HttpResponse:
    offered = around(sheet)
    drawn = questions(
        sheet.form, language=language(), around=offered, filled=filled, before=sheet.before, kept=sheet.kept
    )
    moment = filled.problems.get("happened_at") if filled else None
    begins = moment_of(sheet, request.now)
    facts = {
        "sheet": sheet,
        "title": sheet.form.title.say(language()),
        "plan_title": sheet.plan.title.say(language()),
        "why": sheet.form.why.say(language()).rstrip("。.") + pick(("。", "."), language()),
        "place": places([sheet.subject.area_id])[sheet.subject.area_id],
        "home": address_of(sheet.subject.kind, sheet.subject.pk, sheet.subject.area_id),
        "questions": drawn,
        "takes_files": any(field.type in TAKEN for field in sheet.form.fields),
        "filled": filled,
        "happened_at": request.POST.get("happened_at") or (local(begins, sheet.zone) if begins else ""),
        "too_late": sheet.meant_ended(request.now),
        "too_early": sheet.meant_ahead(request.now),
        "latest": local(request.now, sheet.zone),
        "moment_sentence": moment.say(language()) if moment else "",
        "record_id": uuid_or_none(request.POST.get("id")) or uuid7(request.now),
        "wrong": [one for one in drawn if one.sentence],
        "sentence": sentence,
    }
    return render(request, "web/record_form.html", facts, status=status)


def _hand_in(request: Asking, sheet: Sheet, filled: Filled) -> HttpResponse:
    assert filled.happened_at is not None
    told = Told(
        id=uuid_or_none(request.POST.get("id")) or uuid7(request.now),
        form=sheet.form.key,
        subject=sheet.subject.pk,
        happened_at=filled.happened_at,
        content=filled.content,
        answers=sheet.answers,
        corrects=sheet.corrects.pk if sheet.corrects else None,
        plan=sheet.plan.key,
    )
    (answer,) = take_in(Batch([told], device="web"), reach=request.reach, by=request.by, now=request.now)
    if answer.problem is not None:
        return _draw(request, sheet, filled, status=answer.problem.status, sentence=answer.problem.say(language()))
    if sheet.refusal is not None and sheet.refusal.settled_at is None:
        Refusal.objects.filter(pk=sheet.refusal.pk, settled_at__isnull=True).update(
            settled_at=request.now, settled_by=request.by.name, settled_how=f"→ {told.id}"
        )
    open_still = _left_open(sheet, told.id, filled.happened_at, request.now)
    say = messages.warning if open_still else messages.success
    say(request, outcome_sentence(answer, told.id, sheet.form) + open_still)
    return HttpResponseRedirect(sheet.onward or f"/records/{told.id}/")


def _left_open(sheet: Sheet, record: UUID, happened_at: datetime, now: datetime) -> str:
    """That what the form was opened for is still open, and why; empty where it is not."""
    row = Obligation.objects.select_related("duty").get(pk=sheet.meant.pk) if sheet.meant else None
    if row is None or row.met_at is not None or stands_at(row, now=now) not in (Standing.OVERDUE, Standing.PENDING):
        return ""
    due, title = row.due_at.astimezone(sheet.zone), _title(row)
    if happened_at < row.opened_at or (row.until_at is not None and happened_at >= row.until_at):
        why = ("发生时间不在它的时段内", "it did not happen within its window")
    else:
        why = ("填的内容没有达到要求", "what it says does not meet the duty")
    zh = f"“{title}”（限 {due:%m-%d %H:%M}）没有销号：{why[0]}。"
    en = f" “{title}” (due {due:%m-%d %H:%M}) is still open: {why[1]}."
    return pick((zh, en), language())


def outcome_sentence(answer: Answer, record: UUID, form: Form) -> str:
    """What became of a record, in one sentence."""
    title = form.title.say(language())
    if answer.outcome is Outcome.REPEATED:
        zh, en = f"“{title}”先前已经收到，没有重复记录。", f"“{title}” was received before; nothing is doubled."
        return pick((zh, en), language())
    closed = [_title(row) for row in Obligation.objects.filter(met_by=record).select_related("duty")]
    opened = [_title(row) for row in Obligation.objects.filter(opened_by=record).select_related("duty")]
    zh, en = f"已收下：{title}。", f"Recorded: {title}."
    if closed:
        zh += f"销号 {len(closed)} 项：{'、'.join(closed)}。"
        en += f" Closed {len(closed)}: {', '.join(closed)}."
    if opened:
        zh += f"新开 {len(opened)} 项：{'、'.join(opened)}。"
        en += f" Opened {len(opened)}: {', '.join(opened)}."
    return pick((zh, en), language())


def _title(row: Obligation) -> str:
    return pick((row.duty.title_zh, row.duty.title_en), language())


@require_GET
def record(request: Asking, number: UUID) -> HttpResponse:
    """One record: what it says, both clocks, what it closed and opened, and what corrects it."""
    return _show(request, _record(number))


@never_cache
@require_POST
def answers(request: Asking, number: UUID) -> HttpResponse:
    """Show one sealed answer in full, this once, for a reason that is kept."""
    row, field = _record(number), request.POST.get("field", "")
    try:
        shown = reveal(
            record=row, field=field, reason=request.POST.get("reason", ""), reach=request.reach, by=request.by,
            now=request.now,
        )  # fmt: skip
    except Problem as problem:
        return _show(request, row, sentence=problem.say(language()), status=problem.status)
    return _show(request, row, revealed=(field, shown))


@never_cache
@require_http_methods(["GET", "POST"])
def taken(request: Asking, number: UUID, field: str) -> HttpResponse:
    """A photo or a recording of a record: as it is, or, where the form says that it is personal, for a reason."""
    row = _record(number)
    _, form = plan_and_form(row.form, request.now, plan=_plan(row))
    asked = form.field(field)
    digest = row.content.get(field)
    if asked is None or asked.type not in TAKEN or not isinstance(digest, str):
        raise Http404
    if asked.personal:
        if request.method == "GET":
            raise Http404
        log_opening(
            record=row, field=field, reason=request.POST.get("reason", ""), reach=request.reach, by=request.by,
            now=request.now,
        )  # fmt: skip
    opened = open_attachment(digest)
    if opened is None:
        raise NotYetCome
    return HttpResponse(opened.plain, content_type=opened.media_type, headers={"Cache-Control": "private, no-store"})


def _record(number: UUID) -> Record:
    row = Record.objects.select_related("subject").filter(pk=number).first()
    if row is None:
        raise Http404
    return row


def _plan(row: Record) -> str:
    """The plan whose form the record was told on; empty where that goes without saying."""
    return row.plans[0] if row.plans else ""


def _show(
    request: Asking, row: Record, *, sentence: str = "", revealed: tuple[str, str] | None = None, status: int = 200
) -> HttpResponse:
    plan, form = plan_and_form(row.form, request.now, plan=_plan(row))
    told_by = User.objects.filter(pk=row.told_by_id or 0).values_list("name", flat=True).first()
    facts = {
        "record": row,
        "title": form.title.say(language()),
        "plan": plan,
        "plan_title": plan.title.say(language()),
        "place": places([row.area_id])[row.area_id],
        "home": address_of(row.subject.kind, row.subject_id, row.area_id),
        "answers": answers_of(form, row.content),
        "told_by": told_by,
        "himself": told_himself(row),
        "link": link_of(row),
        "digest": bytes(row.digest).hex(),
        "closed": _owed(Obligation.objects.filter(met_by=row.pk), request.now),
        "opened": _owed(Obligation.objects.filter(opened_by=row.pk), request.now),
        "watches": Watch.objects.filter(opened_by=row.pk),
        "original": row.corrects and Record.objects.filter(pk=row.corrects).first(),
        "corrections": list(Record.objects.filter(corrects=row.pk).order_by("seq")),
        "may_correct": may_tell(request, row.subject) and not row.withdraws,
        "withdrawal_id": uuid7(request.now),
        "may_unmask": request.reach.covers(row.area_id, Right.UNMASK),
        "sentence": sentence,
        "revealed": revealed,
    }
    return render(request, "web/record.html", facts, status=status)


def _owed(rows: QuerySet[Obligation], now: datetime) -> list[Owed]:
    return owed(rows.select_related("duty", "subject"), language=language(), now=now)


@require_POST
def withdrawal(request: Asking, number: UUID) -> HttpResponse:
    """Withdraw a record: a new record that takes its effect back; the old one stays to be seen."""
    row = _record(number)
    if not may_tell(request, row.subject):
        raise without(Right.RECORD)
    told = Told(
        id=uuid_or_none(request.POST.get("id")) or uuid7(request.now),
        form=row.form,
        subject=row.subject_id,
        happened_at=row.happened_at,
        corrects=row.pk,
        withdraws=True,
        plan=_plan(row),
    )
    (answer,) = take_in(Batch([told], device="web"), reach=request.reach, by=request.by, now=request.now)
    if answer.problem is not None:
        raise answer.problem
    zh, en = (
        "已撤回。原记录仍可查看，由它办结的事项重新计算。",
        "Withdrawn. It can still be seen; what it met is counted anew.",
    )
    messages.success(request, pick((zh, en), language()))
    return HttpResponseRedirect(f"/records/{row.pk}/")


urlpatterns: list[URLPattern] = [
    path("subjects/<int:number>/records/new/", new),
    path("records/<uuid:number>/", record),
    path("records/<uuid:number>/answers/", answers),
    path("records/<uuid:number>/attachments/<slug:field>/", taken),
    path("records/<uuid:number>/withdrawal/", withdrawal),
]
