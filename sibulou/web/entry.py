"""Forms by which the roster is entered and changed: what was typed stays, and what will happen is said before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from sibulou.duty.following import Prospect
from sibulou.lib.problem import Problem
from sibulou.roster.access import area_for
from sibulou.roster.codes import CodeList
from sibulou.roster.ending import still_on_roster
from sibulou.roster.models import Area, Subject
from sibulou.roster.problems import AlreadyListed
from sibulou.roster.role import Right
from sibulou.web.allow import need_over
from sibulou.web.forms import Option, Question
from sibulou.web.labels import address_of, language, places, word
from sibulou.web.middleware import Asking

T = TypeVar("T")
MOST_PARTS = 1200
"""Parts of an area offered as choices; more are reached by their code."""


class UnreadableDay(Problem):
    """A field that holds no date. The facts are the field's names on the form."""

    number = "422.120"
    zh = "“{field_zh}”不是日期。请写成 1985-12-12 这样，或者留空。"
    en = "“{field_en}” is no date. Write it as 1985-12-12, or leave it empty."


class DayMissing(Problem):
    """A field that must hold a date and holds none. The facts are the field's names on the form."""

    number = "422.214"
    zh = "“{field_zh}”必填，请写成 2020-02-12 这样的日期。"
    en = "“{field_en}” must be given, as a date such as 2020-02-12."


class UnreadableNumber(Problem):
    """A field that holds no whole number. The facts are the field's names on the form, and `given`."""

    number = "422.121"
    zh = "“{field_zh}”应为整数，现在是“{given}”。请改正。"
    en = "“{field_en}” takes a whole number; “{given}” is none. Correct it."


@dataclass(frozen=True)
class Link:
    """Where a page leads: the words and the address."""

    words: str
    address: str


@dataclass(frozen=True)
class Card:
    """Somebody on the roster who may be meant; `value` is what choosing him sends."""

    value: str
    name: str
    link: str
    notes: tuple[str, ...] = ()
    chosen: bool = False


@dataclass(frozen=True)
class Part:
    """Some questions under one heading; `further` are those asked seldom. `cards` ask who is meant, in field `asks`."""

    legend: str
    questions: list[Question]
    further: list[Question]
    sentence: str = ""
    link: Link | None = None
    cards: tuple[Card, ...] = ()
    asks: str = ""
    other: str = ""
    other_chosen: bool = False

    @property
    def unfolded(self) -> bool:
        """Whether the seldom asked ones are shown at once: something stands in them."""
        return any(one.typed for one in self.further) or bool(self.sentence)


@dataclass(frozen=True)
class Sheet:
    """One page of a form: its title, what it is about, its parts, what its button says and where leaving it leads."""

    title: str
    about: Link
    parts: list[Part]
    submit: str
    intro: str = ""
    hidden: tuple[tuple[str, str], ...] = ()
    more: str = ""
    danger: bool = False


def draw(request: Asking, sheet: Sheet, problem: Problem | None = None, *, status: int = 200) -> HttpResponse:
    """The form; with what is wrong as a sentence, and a link to what it names."""
    facts = {
        "sheet": sheet,
        "sentence": problem.say(language()) if problem else "",
        "link": named_by(problem) if problem else None,
    }
    return render(request, "web/entry_form.html", facts, status=problem.status if problem else status)


def confirm(
    request: Asking, *, title: str, about: Link, facts: Iterable[tuple[str, str]], will: Iterable[str], submit: str,
    danger: bool = False,
) -> HttpResponse:  # fmt: skip
    """Before it is done: what will happen. What was typed is sent along, with `step` set by the button."""
    typed = [(key, value) for key, values in request.POST.lists() for value in values]
    given = {
        "title": title,
        "about": about,
        "facts": list(facts),
        "will": [one for one in will if one],
        "submit": submit,
        "danger": danger,
        "hidden": [(key, value) for key, value in typed if key not in ("csrfmiddlewaretoken", "step")],
    }
    return render(request, "web/entry_confirm.html", given)


def in_two_steps(
    request: Asking, sheet: Sheet, *, looked_over: Callable[[], HttpResponse], deed: Callable[[], object], said: str,
    then: Callable[[], str],
) -> HttpResponse:  # fmt: skip
    """The form; then what will happen; then the deed. A refusal stands on the form, with all that was typed."""
    step = request.POST.get("step", "")
    if request.method == "GET" or step == "back":
        return draw(request, sheet)
    try:
        if step != "confirmed":
            return looked_over()
        deed()
    except Problem as problem:
        return draw(request, sheet, problem)
    messages.success(request, said)
    return HttpResponseRedirect(then())


def rehearse(deed: Callable[[], T]) -> T:
    """Do a deed and take it back: what it would refuse is said before it is confirmed. Raises what the deed raises."""
    with transaction.atomic():
        done = deed()
        transaction.set_rollback(True)
    return done


def named_by(problem: Problem) -> Link | None:
    """Whoever a refusal names, as far as the reader sees: the deed looked with his eyes."""
    if isinstance(problem, AlreadyListed) and Subject.objects.filter(pk=str(problem.facts["subject"])).exists():
        return Link(str(problem.facts["label"]), f"/people/{problem.facts['subject']}/")
    return None


def area_to_change(request: Asking, key: int, *, above: bool = False) -> Area:
    """An area whose roster (`above`: the roster of the area over it) one may change, and that stands.

    Raises Http404 outside the reader's area, NoRight, SubjectEnded.
    """
    area = area_for(request.reach, key, to=Right.GAPS)
    need_over(request.reach, (area.parent_id or area.pk) if above else area.pk, Right.ROSTER)
    for own in Subject.objects.filter(kind="area", area=area):
        still_on_roster(own)
    return area


def subject_to_change(request: Asking, number: int, *kinds: str) -> Subject:
    """Something on the roster of these kinds that one may change. Raises Http404, NoRight, SubjectEnded."""
    subject = Subject.objects.select_related("area").filter(pk=number, kind__in=kinds).first()
    if subject is None:
        raise Http404
    need_over(request.reach, subject.area_id, Right.ROSTER)
    still_on_roster(subject)
    return subject


def about_area(area: Area) -> Link:
    """The page of an area."""
    return Link(places([area.pk])[area.pk] or area.name, f"/areas/{area.pk}/")


def about_subject(subject: Subject) -> Link:
    """The page of a subject."""
    where = places([subject.area_id])[subject.area_id]
    return Link(f"{subject.label} · {where}", address_of(subject.kind, subject.pk, subject.area_id))


def ask(
    typed: Mapping[str, str], name: str, label: str, widget: str = "text", *, before: str = "",
    options: Iterable[tuple[str, str]] = (), required: bool = False, most: int = 0,
) -> Question:  # fmt: skip
    """One question: what was typed stands in it, else what stood before."""
    stands = typed.get(name, "") if typed else before
    return Question(
        name=name, label=label, widget=widget, typed=stands, required=required, high=str(most) if most else "",
        options=tuple(Option(value, title, value == stands) for value, title in options),
    )  # fmt: skip


def choices(codes: CodeList, *, without: Iterable[str] = ()) -> list[tuple[str, str]]:
    """A coded list as a question offers it, its common values first."""
    return [(code, title) for code, title in codes.choices(language()) if code not in set(without)]


def what_follows(found: Prospect) -> str:
    """What becomes of obligations when their subjects move, in words."""
    return word(
        f"没到期的 {found.open} 项应办随之转过去，由那里的席位负责；已逾期的 {found.overdue} 项留在原区域账上。",
        f"{found.open} obligations that are not due follow and belong to the seats there; {found.overdue} overdue ones "
        "stay in the books of the old area.",
    )


def day_or_none(text: str, field_zh: str, field_en: str) -> date | None:
    """A date that was typed; None when it is empty. Raises UnreadableDay."""
    if not text.strip():
        return None
    try:
        day = date.fromisoformat(text.strip().replace("/", "-").replace(".", "-"))
    except ValueError:
        raise UnreadableDay(field_zh=field_zh, field_en=field_en) from None
    if not 1870 < day.year < 2200:
        raise UnreadableDay(field_zh=field_zh, field_en=field_en)
    return day


def whole_or_none(text: str, field_zh: str, field_en: str) -> int | None:
    """A whole number that was typed; None when it is empty. Raises UnreadableNumber."""
    plain = text.strip()
    if not plain:
        return None
    if not (plain.isascii() and plain.isdigit() and len(plain) < 7):
        raise UnreadableNumber(field_zh=field_zh, field_en=field_en, given=plain[:20])
    return int(plain)


def line(typed: Mapping[str, str], name: str) -> str:
    """One line that was typed, without blanks around it and without signs that no column keeps."""
    return " ".join(typed.get(name, "").replace("\x00", "").split())


class NoAreaChosen(Problem):
    """An entry or a move without where to."""

    number = "422.124"
    zh = "还没有选是哪个组。请在列表中选择，或填写区划代码。"
    en = "It was not said in which group. Choose from the list, or give the official code."


def parts_of(area: Area) -> list[tuple[str, str]]:
    """An area and what lies under it down to the micro-grids, as choices for where something is."""
    low, high = area.range
    rows = list(Area.objects.filter(pk__gte=low, pk__lt=high, until__isnull=True).order_by("id")[:MOST_PARTS])
    shorts = {one.pk: one.short_name for one in rows}
    own = word("（本级）", " (itself)")
    return [
        (f"{one.pk:018d}", f"{one.short_name}{own}" if one.pk == area.pk else _under(one, area, shorts)) for one in rows
    ]


def _under(one: Area, area: Area, shorts: Mapping[int, str]) -> str:
    """A part by its name, a part of a part with the one above it."""
    above = shorts.get(one.parent_id or 0, "") if one.parent_id != area.pk else ""
    return f"{above} {one.short_name}".strip()
