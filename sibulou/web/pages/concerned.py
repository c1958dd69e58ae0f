"""The person concerned (`/r/…`): how he is, what is held about him, why it is asked and until when it is kept.

Opened by a link alone: no account, no session, no cookie. The language stands in the address, and what protects a form
elsewhere, a token of the session, is here a signature over the form itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from urllib.parse import urlencode
from uuid import UUID

from django.core import signing
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.timezone import localdate
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt

from sibulou.duty.force import stages
from sibulou.duty.form import TAKEN, FieldType, Form, sealed_fields
from sibulou.duty.models import Event, Obligation, Record, Watch
from sibulou.duty.plan_words import Label
from sibulou.duty.told import Told
from sibulou.field.links import Opened, device_of, open_link, seen, tell, told_himself
from sibulou.field.problems import NoSuchLink
from sibulou.fronts.control.orders.following import ORDERS
from sibulou.lib.problem import Problem
from sibulou.lib.uuid7 import uuid7
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.area_key import key_range
from sibulou.roster.models import Appointment, Subject
from sibulou.roster.role import ROLES
from sibulou.web.answers import Shown, answers_of
from sibulou.web.forms import HAPPENED, Around, Filled, questions, read_filled, uuid_or_none
from sibulou.web.held import held_of
from sibulou.web.kept import kept_words
from sibulou.web.labels import language, pick
from sibulou.web.sheet import Choice, forms_about, local, plan_and_form
from sibulou.web.timeline import plan_words
from sibulou.web.unfound import OtherMethod

SALT = "sibulou.concerned"
OPEN_FOR = 24 * 3600
"""How long a form may stand open, in seconds."""

LATEST = 100
"""How many records the page about oneself shows."""


class FormTooOld(Problem):
    """A form of the person concerned that stood open too long, or whose signature is not ours."""

    number = "422.192"
    zh = "这一页开得太久了，还没有记下。填的内容都在，请再按一次“提交”。"
    en = "This page stood open too long, and nothing is kept yet. What you typed is here: hand it in once more."


class Visiting(HttpRequest):
    """A request by a link, with what it opens."""

    opened: Opened
    secret: str
    now: datetime


@dataclass(frozen=True)
class Offer:
    """A form that the person concerned may tell now: of whom, and the duty of his guard that it would close."""

    choice: Choice
    subject: Subject
    due: datetime | None = None
    duty: str = ""
    of: str = ""
    """The number of the member it is about, where the link is his household's."""

    @property
    def why(self) -> str:
        return self.choice.form.why.say(language())

    @property
    def kept(self) -> str:
        return kept_words(self.choice.form.kept_days)

    @property
    def corrects(self) -> bool:
        """Whether it asks to put right what is held."""
        return self.choice.form.concerned == "corrects"

    @property
    def address(self) -> str:
        """Its place under the link."""
        asked = {"plan": self.choice.plan.key} | ({"of": self.of} if self.of else {})
        return f"forms/{self.choice.form.key}/?{urlencode(asked)}"


@dataclass(frozen=True)
class Held:
    """One record about the person: when, which kind, why it is asked, until when it is kept, by whom in what role, and
    what it says."""

    record: Record
    title: str
    why: str
    kept: str
    by: str
    answers: Sequence[Shown]
    corrected: bool


View = Callable[..., HttpResponse]


def by_link(*methods: str) -> Callable[[View], View]:
    """A view that a link opens: in Chinese unless the address says otherwise, within what the link reaches.

    Every answer is one of these pages, also the one that says no: the shell's would set a cookie.
    """

    def opening(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def opened(request: Visiting, secret: str, **rest: object) -> HttpResponse:
            with override("en" if request.GET.get("lang") == "en" else "zh-hans"):
                try:
                    if request.method not in (*methods, "HEAD"):
                        raise OtherMethod
                    request.opened, request.secret = open_link(secret, now=request.now), secret
                    with acting(request.opened.reach):
                        seen(request.opened, now=request.now)
                        return view(request, **rest)
                except (Problem, Http404) as wrong:
                    return _over(request, wrong if isinstance(wrong, Problem) else NoSuchLink())

        return opened

    return opening


def _over(request: HttpRequest, problem: Problem) -> HttpResponse:
    """One sentence, which tells nothing of whom the link was about."""
    facts = {"sentence": problem.say(language()), "switch": _switch(request)}
    return render(request, "web/concerned_over.html", facts, status=problem.status)


def _switch(request: HttpRequest) -> str:
    """This page in the other language."""
    asked = request.GET.copy()
    if language().startswith("zh"):
        asked["lang"] = "en"
    else:
        asked.pop("lang", None)
    return f"?{asked.urlencode()}"


def _draw(request: Visiting, template: str, facts: dict[str, object], *, status: int = 200) -> HttpResponse:
    shell = {
        "home": f"/r/{request.secret}/",
        "lang": "" if language().startswith("zh") else "lang=en",
        "switch": _switch(request),
        "subject": request.opened.subject,
        "link": request.opened.link,
    }
    return render(request, template, {**shell, **facts}, status=status)


@by_link("GET")
def home(request: Visiting) -> HttpResponse:
    """What one may tell today, with big keys, and the ways to what is held and why."""
    facts = {
        "offers": _offers(request),
        "watches": _watches(request),
        "told": _told(request, uuid_or_none(request.GET.get("told"))),
    }
    return _draw(request, "web/concerned.html", facts)


def _offers(request: Visiting) -> list[Offer]:
    """The forms of the plans in force that the person concerned may tell; what is due first.

    Through a person's link his household's needs are told, too; what is held about the household takes its own link.
    Through a household's link each of its members says how he is.
    """
    with acting(request.opened.tells):
        about = list(Subject.objects.filter(pk__in=request.opened.tells.subjects).order_by("pk"))
    found = [
        _offer(choice, subject, request.now, of=_member(request, subject))
        for subject in sorted(about, key=lambda one: one.pk != request.opened.subject.pk)
        for choice in forms_about(subject, request.now)
        if choice.form.concerned == "tells" or (choice.form.concerned and subject == request.opened.subject)
    ]
    return sorted(found, key=lambda offer: (offer.due is None, offer.corrects))


def _member(request: Visiting, subject: Subject) -> str:
    """What a form's address says of whom it is: the member's number, through his household's link."""
    return str(subject.pk) if subject.kind == "person" and subject != request.opened.subject else ""


def _offer(choice: Choice, subject: Subject, now: datetime, *, of: str) -> Offer:
    closing = [
        key for key, duty in choice.plan.duties.items()
        if any(closer.form == choice.form.key and closer.concerned for closer in duty.closers)
    ]  # fmt: skip
    with acting(EVERYTHING):
        waits = Obligation.objects.filter(
            Q(until_at__isnull=True) | Q(until_at__gt=now), subject=subject, duty__plan_key=choice.plan.key,
            duty__key__in=closing, opened_at__lte=now, met_at__isnull=True, waived_at__isnull=True,
        ).order_by("due_at").select_related("duty").first()  # fmt: skip
    if waits is None:
        return Offer(choice, subject, of=of)
    return Offer(choice, subject, waits.due_at, pick((waits.duty.title_zh, waits.duty.title_en), language()), of)


def _watches(request: Visiting) -> list[tuple[str, Watch]]:
    _, classes, _ = plan_words()
    rows = Watch.objects.filter(subject=request.opened.subject, ended_at__isnull=True).order_by("starts_at")
    return [(classes[row.klass].say(language()) if row.klass in classes else row.klass, row) for row in rows]


def _told(request: Visiting, number: UUID | None) -> dict[str, object] | None:
    """What became of what was just told through this link: what it closed, and whom it called."""
    if number is None:
        return None
    with acting(EVERYTHING):
        record = Record.objects.filter(pk=number, device=device_of(request.opened.link)).first()
        if record is None:
            return None
        closed = Obligation.objects.filter(met_by=record.pk).select_related("duty")
        called = Obligation.objects.filter(opened_by=record.pk).select_related("duty", "seat")
        _, form = plan_and_form(record.form, request.now, plan=record.plans[0] if record.plans else "")
        return {
            "title": form.title.say(language()),
            "at": record.received_at,
            "closed": [pick((row.duty.title_zh, row.duty.title_en), language()) for row in closed],
            "called": [
                (ROLES[row.seat.role].label(language()), pick((row.duty.title_zh, row.duty.title_en), language()),
                 row.due_at)
                for row in called
            ],
        }  # fmt: skip


@by_link("GET", "POST")
def form(request: Visiting, key: str) -> HttpResponse:
    """One form about oneself or one's household."""
    offer = next(
        (one for one in _offers(request)
         if one.choice.form.key == key and request.GET.get("plan", "") in ("", one.choice.plan.key)
         and request.GET.get("of", "") == one.of), None
    )  # fmt: skip
    if offer is None:
        raise Http404
    if request.method == "GET":
        return _form(request, offer)
    zone = offer.choice.plan.zone
    posted = request.POST.copy()
    posted[HAPPENED] = local(request.now, zone)
    filled = read_filled(offer.choice.form, posted, zone=zone, now=request.now)
    if not filled.ready:
        return _form(request, offer, filled, status=422)
    try:
        told = Told(
            id=_signed(request, offer),
            form=offer.choice.form.key,
            subject=offer.subject.pk,
            happened_at=request.now,
            content=filled.content,
            plan=offer.choice.plan.key,
        )
        answer = tell(opened=request.opened, told=told, now=request.now)
        if answer.problem is not None:
            raise answer.problem
    except Problem as problem:
        return _form(request, offer, filled, status=problem.status, sentence=problem.say(language()))
    asked = {"told": answer.id, **({} if language().startswith("zh") else {"lang": "en"})}
    return HttpResponseRedirect(f"/r/{request.secret}/?{urlencode(asked)}")


def _form(
    request: Visiting, offer: Offer, filled: Filled | None = None, *, status: int = 200, sentence: str = ""
) -> HttpResponse:
    drawn = questions(offer.choice.form, language=language(), around=Around(), filled=filled)
    facts = {
        "offer": offer,
        "questions": drawn,
        "filled": filled,
        "wrong": [one for one in drawn if one.sentence],
        "signed": _sign(request, offer),
        "sentence": sentence,
    }
    return _draw(request, "web/concerned_form.html", facts, status=status)


def _parts(request: Visiting, offer: Offer) -> list[str]:
    return [str(request.opened.link.pk), str(offer.subject.pk), offer.choice.plan.key, offer.choice.form.key]


def _sign(request: Visiting, offer: Offer) -> str:
    """The form's signature, with the number that its record will bear; one that still holds stays."""
    try:
        number = _signed(request, offer)
    except FormTooOld:
        number = uuid7(request.now)
    return signing.dumps([*_parts(request, offer), str(number)], salt=SALT)


def _signed(request: Visiting, offer: Offer) -> UUID:
    """The number of the record, from the form's signature. Raises FormTooOld."""
    try:
        *parts, number = signing.loads(request.POST.get("signed", ""), salt=SALT, max_age=OPEN_FOR)
    except (signing.BadSignature, ValueError):
        raise FormTooOld from None
    if parts != _parts(request, offer):
        raise FormTooOld
    return UUID(number)


@by_link("GET")
def held(request: Visiting) -> HttpResponse:
    """What is held about oneself, by whom it was told, why it is asked, by which law, and until when it is kept."""
    subject = request.opened.subject
    records = list(Record.objects.filter(subject=subject).order_by("-happened_at", "-seq")[: LATEST + 1])
    offers = _offers(request)
    over = _events_over(subject)
    events = [event for event in over if event.ended_at is None or any(_told_in(event, row) for row in records)]
    facts = {
        "facts": [(fact.label, fact.value) for fact in held_of(subject, localdate(request.now)) if not fact.link],
        "watches": _watches(request),
        "records": _held(records[:LATEST], over, request.now),
        "further": len(records) > LATEST,
        "events": [(event, _kept_of(event)) for event in events],
        "offers": offers,
        "corrects": any(offer.corrects for offer in offers),
    }
    return _draw(request, "web/concerned_held.html", facts)


def _events_over(subject: Subject) -> list[Event]:
    """The events over the place of a subject, the latest first."""
    low, high = key_range(subject.area_id)
    every = Event.objects.order_by("-started_at").select_related("area")
    return [event for event in every if event.area.range[0] <= low < high <= event.area.range[1]]


def _told_in(event: Event, row: Record) -> bool:
    """Whether a record was told for an event: on its plan, after its beginning and before its end."""
    on = not row.plans or event.plan_key in row.plans
    return on and event.started_at <= row.happened_at and (event.ended_at is None or row.happened_at <= event.ended_at)


def _kept_of(event: Event) -> str:
    """Until when what an event's forms about people asked is kept; the longest of them."""
    forms = [form for running in stages([event])[-1:] for form in running.plan.forms.values() if form.personal]
    days = [form.kept_days for form in forms if form.kept_days is not None]
    return kept_words(max(days, default=None), localdate(event.ended_at) if event.ended_at else None)


def _held(records: Sequence[Record], events: Sequence[Event], now: datetime) -> list[Held]:
    by = _told_by(records)
    replaced = set(Record.objects.filter(corrects__in=[row.pk for row in records]).values_list("corrects", flat=True))
    found = []
    for row in records:
        if row.form in ORDERS:  # to whoever guards him, or by him: not told of the person concerned
            continue
        _, form = plan_and_form(row.form, now, plan=row.plans[0] if row.plans else "")
        ended = next((event.ended_at for event in events if _told_in(event, row)), None)
        found.append(
            Held(
                record=row,
                title=form.title.say(language()),
                why=form.why.say(language()),
                kept=kept_words(form.kept_days, localdate(ended) if ended else None),
                by=by[row.pk].say(language()),
                answers=_own_answers(form, row),
                corrected=row.pk in replaced,
            )
        )
    return found


def _own_answers(form: Form, row: Record) -> list[Shown]:
    """The answers about the person himself. Of others, and where a name or a face may stand, only that there is one."""
    hidden = {one.key for one in form.fields if one.type in (FieldType.SUBJECT, *TAKEN)} | set(sealed_fields(form))
    content = {key: value for key, value in row.content.items() if key not in hidden}
    kept = pick(("封存着，可请给你链接的人查看", "kept sealed; whoever gave you the link can look it up"), language())
    sealed = [one.title.say(language()) for one in form.fields if one.key in hidden and one.key in row.content]
    return [*answers_of(form, content), *(Shown(title, kept) for title in sealed)]


def _told_by(records: Sequence[Record]) -> dict[UUID, Label]:
    """In what role somebody told each record, never by name; a seat on the subject itself goes before others."""
    users = {row.told_by_id for row in records if row.told_by_id}
    with acting(EVERYTHING):
        terms = list(Appointment.objects.filter(user__in=users).select_related("seat").order_by("starts_at", "pk"))
    found = {}
    for row in records:
        held = [
            term.seat for term in terms
            if term.user_id == row.told_by_id and term.starts_at <= row.happened_at
            and (term.ends_at is None or term.ends_at > row.happened_at)
        ]  # fmt: skip
        held.sort(key=lambda seat: seat.subject_id != row.subject_id)
        if told_himself(row):
            found[row.pk] = Label("你自己", "yourself")
        elif held:
            found[row.pk] = Label(ROLES[held[0].role].zh, ROLES[held[0].role].en)
        elif row.told_by_id is None:
            found[row.pk] = Label("系统", "the system")
        else:
            found[row.pk] = Label("工作人员", "an official")
    return found


@by_link("GET")
def elsewhere(request: Visiting, rest: str) -> HttpResponse:
    """No page of a link: the same sentence as for a wrong one."""
    raise NoSuchLink


urlpatterns: list[URLPattern] = [
    path("r/<str:secret>/", home),
    path("r/<str:secret>/held/", held),
    path("r/<str:secret>/forms/<slug:key>/", form),
    path("r/<str:secret>/<path:rest>", elsewhere),
]
