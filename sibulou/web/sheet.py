"""One form about one subject, as an address asks for it: what it corrects or answers, what is offered, where next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404
from django.utils.http import url_has_allowed_host_and_scheme

from sibulou.duty.force import current, stages
from sibulou.duty.form import FieldType, Form, sealed_fields
from sibulou.duty.forms_in_force import shared, unknown_form
from sibulou.duty.gap import Standing
from sibulou.duty.models import Event, Obligation, Record, Refusal
from sibulou.duty.personal import open_answers, sent
from sibulou.duty.plan_parts import Plan
from sibulou.duty.problems import WrongSubject
from sibulou.lib.problem import Problem
from sibulou.roster.area_key import Level, ancestor, key_range, level_of
from sibulou.roster.models import Area, Household, Subject
from sibulou.roster.role import Right
from sibulou.web.forms import Around, uuid_or_none
from sibulou.web.labels import KIND_WORDS, language, pick
from sibulou.web.middleware import Asking
from sibulou.web.owed import stands_at


class NoFormRuns(Problem):
    """A record where no plan is in force."""

    number = "409.40"
    zh = "现在没有适用于{kind_zh}的记录表：没有正在进行的应急响应，或预案里没有这一类。请等待启动，或联系县值班员。"
    en = (
        "No form is in force for a {kind_en}: no response is running, or its plan has none of this kind. Wait for the "
        "start, or ask the county duty officer."
    )


SYSTEM_DOORS = {
    "steps_confirmed": (("看流程卡", "See the flow card"), "/steps/"),
    "channel_repaired": (("查看消息通道", "See the channels"), "/channels/"),
    "cordon_closed": (("查看绕行的路", "See the way in"), "/cordon/"),
}
"""Where one mends what the clockwork alone tells of, by the form that closes it."""


@dataclass(frozen=True)
class Door:
    """A link to the form that meets an obligation."""

    title: str
    link: str


def may_tell(request: Asking, subject: Subject) -> bool:
    """Whether the reader may hand in records about the subject."""
    return request.reach.covers(subject.area_id, Right.RECORD) or subject.pk in request.reach.subjects


@dataclass(frozen=True)
class Choice:
    """A form in force and the plan it is of. `alone`: no other plan in force asks something else by its name."""

    plan: Plan
    form: Form
    alone: bool

    @property
    def title(self) -> str:
        return self.form.title.say(language())

    @property
    def plan_title(self) -> str:
        return self.plan.title.say(language())


def forms_about(subject: Subject, now: datetime) -> list[Choice]:
    """The forms about a subject of the plans in force where it is, in their order; those that ask the same as one."""
    here = [one for one in current(now) if one.over[0] <= subject.area_id < one.over[1]]
    plans = {running.plan.key: running.plan for running in here}
    found = []
    for key in dict.fromkeys(key for plan in plans.values() for key in plan.forms):
        fitting = [one for one in shared(key, here) if one.form.is_about(subject.kind) and not one.form.by_system]
        found += [Choice(plans[one.plans[0]], one.form, alone=len(fitting) == 1) for one in fitting]
    return found


def plan_and_form(key: str, now: datetime, *, plan: str = "") -> tuple[Plan, Form]:
    """A form by its key: of the plan named, else of a plan in force, else of any plan that ran. Raises UnknownForm."""
    for running in (*current(now), *reversed(stages(Event.objects.order_by("id")))):
        if key in running.plan.forms and plan in ("", running.plan.key):
            return running.plan, running.plan.forms[key]
    raise unknown_form(key[:40], (form for running in current(now) for form in running.plan.forms))


def _door_of_system(form: str) -> Door:
    """Where one mends what only the clockwork may tell to be mended."""
    words, link = SYSTEM_DOORS.get(form, (("看漏项", "See the gaps"), "/gaps/"))
    return Door(pick(words, language()), link)


def doors(rows: Sequence[Obligation], *, onward: str, now: datetime) -> dict[int, list[Door]]:
    """For each obligation, the forms that meet it, each with the link that opens it."""
    plans = {running.stage.event.plan_key: running.plan for running in stages()}
    found: dict[int, list[Door]] = {}
    for row in rows:
        plan = plans.get(row.duty.plan_key)
        duty = plan.duties.get(row.duty.key) if plan else None
        if plan is None or duty is None:
            continue
        for key in dict.fromkeys(closer.form for closer in duty.closers):
            asked = {"form": key, "next": onward, "plan": plan.key}
            if row.opened_by is not None:
                asked["answers"] = str(row.opened_by)
            asked["obligation"] = str(row.pk)
            form = plan.forms[key]
            door = Door(form.title.say(language()), f"/subjects/{row.subject_id}/records/new/?{urlencode(asked)}")
            found.setdefault(row.pk, []).append(_door_of_system(key) if form.by_system else door)
    return found


@dataclass(frozen=True)
class Sheet:
    """One form about one subject, ready to be drawn: what the address says it corrects or answers, and where next."""

    subject: Subject
    plan: Plan
    form: Form
    corrects: Record | None
    refusal: Refusal | None
    answers: UUID | None
    onward: str
    meant: Obligation | None = None
    """The obligation whose door led here: what is handed in should meet it."""

    @property
    def zone(self) -> ZoneInfo:
        return self.plan.zone

    def meant_ended(self, now: datetime) -> bool:
        """Whether it is meant for a window that has ended: what happens now no longer counts for it."""
        row = self.meant
        if row is None or row.until_at is None or self.corrects is not None:
            return False
        return row.until_at <= now and stands_at(row, now=now) is Standing.OVERDUE

    def meant_ahead(self, now: datetime) -> bool:
        """Whether it is meant for a window that has not begun: what happens now does not count for it yet."""
        return self.meant is not None and self.corrects is None and now < self.meant.opened_at

    @property
    def before(self) -> dict[str, object]:
        """What stood there before, without what is sealed: of the refused record, else of the one corrected."""
        return {key: value for key, value in self._stood.items() if key not in sealed_fields(self.form)}

    @property
    def kept(self) -> dict[str, str]:
        """The sealed answers that stood there: never shown in the form, and kept where nothing else is typed."""
        return {key: str(value) for key, value in self._stood.items() if key in sealed_fields(self.form)}

    @property
    def _stood(self) -> dict[str, object]:
        if self.refusal is not None:
            told = sent(self.refusal)
            content = told.get("content") if isinstance(told, dict) else None
            return content if isinstance(content, dict) else {}
        return open_answers(self.corrects.form, self.corrects.content) if self.corrects else {}


def read_sheet(request: Asking, subject: Subject) -> Sheet:
    """The form an address asks for. Raises UnknownForm, WrongSubject, Http404 for a record that is not there."""
    plan, form = plan_and_form(request.GET["form"], request.now, plan=request.GET.get("plan", ""))
    if not form.is_about(subject.kind):
        wanted, given = (KIND_WORDS[kind][0] for kind in (form.kind, subject.kind))
        raise WrongSubject(form=form.title.zh, wanted=wanted, given=given)
    corrects = _original(request.GET.get("corrects"), subject, form)
    refusal = _refusal(request.GET.get("refusal"))
    onward = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(onward, allowed_hosts=None):
        onward = ""
    answers = corrects.answers if corrects else uuid_or_none(request.GET.get("answers"))
    meant = _meant(request.GET.get("obligation", ""), subject)
    return Sheet(subject, plan, form, corrects, refusal, answers, onward, meant)


def _meant(text: str, subject: Subject) -> Obligation | None:
    """The obligation an address names, of this subject; it only explains, so one that is not there is none."""
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        return None
    return Obligation.objects.select_related("duty").filter(pk=int(text), subject_id=subject.pk).first()


def _original(text: str | None, subject: Subject, form: Form) -> Record | None:
    if text is None:
        return None
    number = uuid_or_none(text)
    if number is None:
        raise Http404
    found = Record.objects.filter(pk=number, subject=subject, form=form.key).first()
    if found is None:
        raise Http404
    return found


def _refusal(text: str | None) -> Refusal | None:
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 18:
        return None
    return Refusal.objects.filter(pk=int(text)).first()


def moment_of(sheet: Sheet, now: datetime) -> datetime | None:
    """The moment the form begins with: that of the record it corrects, of the one that was refused, or now.

    None, so that it must be given, where it is meant for a window that has ended: now would close nothing.
    """
    if sheet.corrects is not None:
        return sheet.corrects.happened_at
    payload = sent(sheet.refusal) if sheet.refusal else None
    try:
        told = datetime.fromisoformat(str(payload["happened_at"])) if isinstance(payload, dict) else None
    except (KeyError, ValueError):
        told = None
    if told is not None and told.tzinfo is not None:
        return told
    return None if sheet.meant_ended(now) else now


def local(moment: datetime, zone: ZoneInfo) -> str:
    """A moment as a browser's field takes it."""
    return f"{moment.astimezone(zone):%Y-%m-%dT%H:%M}"


def around(sheet: Sheet) -> Around:
    """What area and subject fields offer: the county's areas, the members of the household."""
    types = {field.type for field in sheet.form.fields}
    areas = _areas(sheet.subject.area_id) if FieldType.AREA in types else ()
    nearby = _nearby(sheet.subject) if FieldType.SUBJECT in types else ()
    return Around(areas, nearby)


def _areas(key: int) -> list[tuple[str, str, str]]:
    """The townships and villages of the county, villages under their township."""
    low, high = key_range(ancestor(key, min(Level.COUNTY, level_of(key))))
    rows = list(Area.objects.filter(pk__gte=low, pk__lt=high, level__in=(Level.TOWNSHIP, Level.VILLAGE), until=None))
    names = {row.pk: row.name for row in rows}
    return [(f"{row.pk:018d}", row.name, names.get(ancestor(row.pk, Level.TOWNSHIP), "")) for row in rows]


def _nearby(subject: Subject) -> list[tuple[str, str, str]]:
    """The members of the household that this is about."""
    household = subject.pk if subject.kind == "household" else None
    if subject.kind == "person":
        household = Household.objects.filter(members=subject.pk).values_list("pk", flat=True).first()
    if household is None:
        return []
    members = Subject.objects.filter(person__household=household, until__isnull=True).order_by("person__relation", "pk")
    return [(str(member.pk), member.label, "") for member in members]
