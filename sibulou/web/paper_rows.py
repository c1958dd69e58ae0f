"""The rows of a sheet for a page: whose they are, in which house, what is asked, and what somebody typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.http import QueryDict

from sibulou.duty.force import plan_of
from sibulou.duty.form import FieldType, Form
from sibulou.duty.models import Obligation, Record
from sibulou.duty.plan_parts import Plan
from sibulou.lib.problem import Problem
from sibulou.paper.boxes import Box, boxes_of, on_paper
from sibulou.paper.models import Sheet, SheetRow
from sibulou.paper.type_in import moment_on
from sibulou.roster.area_key import Level, ancestor, key_range, level_of
from sibulou.roster.models import Area, Household, Person, Subject
from sibulou.web.answers import answers_of
from sibulou.web.forms import HAPPENED, SURE, Filled, read_filled
from sibulou.web.labels import language, word

TIME = "time"
ANSWER = "a."
"""Before the names of a form's fields, so that a form may have a field called `time`."""


@dataclass(frozen=True)
class Home:
    """The house that a row belongs to. `place`: its group, where the sheet goes through several."""

    number: int
    label: str
    house: int
    address: str
    place: str


@dataclass(frozen=True)
class Line:
    """One row with its words. `first`: it begins another house; `window`: the hours it may have happened in."""

    row: SheetRow
    who: str
    what: str
    form: Form
    boxes: tuple[Box, ...]
    home: Home | None
    first: bool
    window: str
    usual: str
    said: tuple[tuple[str, str], ...] = ()
    at: str = ""
    settled: str = ""


def plan_of_sheet(sheet: Sheet) -> Plan:
    """The plan in the version on whose forms the sheet was printed."""
    return plan_of(sheet.stage.version)


def lines_of(sheet: Sheet, rows: Sequence[SheetRow] | None = None) -> list[Line]:
    """The rows (by default all) in the printed order, in words. Whoever has left the reader's sight has no name."""
    listed = list(SheetRow.objects.filter(sheet=sheet)) if rows is None else list(rows)
    plan = plan_of_sheet(sheet)
    boxes = {key: tuple(boxes_of(plan.forms[key])) for key in sheet.forms}
    ahead = SheetRow.objects.filter(sheet=sheet, place=listed[0].place - 1).first() if listed else None
    subjects = Subject.objects.in_bulk({row.subject_id for row in (*listed, *([ahead] if ahead else []))})
    homes = _homes(subjects, sheet.area_id)
    numbers = [row.obligation_id for row in listed if row.obligation_id]
    owed = Obligation.objects.in_bulk(numbers)
    records = Record.objects.in_bulk([row.record for row in listed if row.became == SheetRow.Became.TYPED])
    found: list[Line] = []
    above = homes.get(ahead.subject_id) if ahead else None
    before = above.number if above else None
    for row in listed:
        subject, home, form = subjects.get(row.subject_id), homes.get(row.subject_id), plan.forms[row.form]
        obligation = owed.get(row.obligation_id) if row.obligation_id else None
        record = records.get(row.record)
        found.append(
            Line(
                row=row,
                who=subject.label if subject else word("（不在本区域）", "(not in your area)"),
                what=form.title.say(language()),
                form=form,
                boxes=boxes[row.form],
                home=home,
                first=home is not None and home.number != before,
                window=_window(obligation, plan),
                usual=f"{row.usual_at.astimezone(plan.zone):%H:%M}",
                said=tuple((one.label, one.value) for one in answers_of(form, record.content)) if record else (),
                at=f"{record.happened_at.astimezone(plan.zone):%m-%d %H:%M}" if record else "",
                settled=f"{row.settled_at.astimezone(plan.zone):%m-%d %H:%M}" if row.settled_at else "",
            )
        )
        before = home.number if home else None
    return found


def _homes(subjects: Mapping[int, Subject], area: int) -> dict[int, Home]:
    people = Person.objects.filter(pk__in=[pk for pk, one in subjects.items() if one.kind == "person"])
    of_person = dict(people.values_list("pk", "household_id"))
    wanted = {*of_person.values(), *(pk for pk, one in subjects.items() if one.kind == "household")}
    rows = Household.objects.select_related("subject").filter(pk__in=wanted)
    groups = {row.subject.area_id for row in rows} - {area}
    names = dict(Area.objects.filter(pk__in=groups).values_list("pk", "short_name"))
    homes = {
        row.pk: Home(row.pk, row.subject.label, row.number, row.address, names.get(row.subject.area_id, ""))
        for row in rows
    }
    return homes | {pk: homes[home] for pk, home in of_person.items() if home in homes}


def _window(obligation: Obligation | None, plan: Plan) -> str:
    """The hours of a window shorter than a day; longer ones need not be told on the day."""
    if obligation is None or obligation.until_at is None:
        return ""
    if (obligation.until_at - obligation.opened_at).total_seconds() >= 24 * 3600:
        return ""
    return f"{obligation.opened_at.astimezone(plan.zone):%H:%M}–{obligation.until_at.astimezone(plan.zone):%H:%M}"


@dataclass(frozen=True)
class Cell:
    """One box of a row as it is drawn: what was typed, and the sentence beside it."""

    box: Box
    name: str
    typed: str = ""
    sentence: str = ""
    sure: str = ""

    @property
    def label(self) -> str:
        return self.box.title.say(language())

    @property
    def legend(self) -> list[tuple[str, str]]:
        """The signs of a choice with their words."""
        return [(tick.sign, tick.title.say(language())) for tick in self.box.ticks]

    @property
    def length(self) -> int:
        """About how many signs fit: the width of the input."""
        return len(self.box.pattern) + 2 if self.box.pattern else 4 if self.box.ticks else self.box.wide // 3


@dataclass(frozen=True)
class Shown:
    """A row as the typing screen draws it."""

    line: Line
    cells: tuple[Cell, ...]
    time: str = ""
    time_sentence: str = ""
    sentence: str = ""
    sure: str = ""
    double: Record | None = None
    double_said: tuple[tuple[str, str], ...] = ()

    @property
    def asks(self) -> bool:
        """Whether it waits for a second Enter."""
        return bool(self.sure or self.double)


@dataclass(frozen=True)
class TypedRow:
    """What somebody typed on a row: as it stands there, and as the form reads it."""

    filled: Filled
    typed: Mapping[str, str] = field(default_factory=dict)


def read_row(sheet: Sheet, line: Line, posted: QueryDict, *, now: datetime) -> TypedRow:
    """What was typed, judged by the form that was printed, with a problem for everything that is wrong."""
    typed = {box.key: posted.get(ANSWER + box.key, "") for box in line.boxes}
    plan, time = plan_of_sheet(sheet), posted.get(TIME, "")
    said = QueryDict(mutable=True)
    for box in line.boxes:
        kind = next(one.type for one in line.form.fields if one.key == box.key)
        name = f"{box.key}.code" if kind in (FieldType.AREA, FieldType.SUBJECT) else box.key
        said.setlist(name, [_unfold(box, kind, one, sheet, plan) for one in box.read(typed[box.key])])
    wrong: Problem | None = None
    try:
        moment = moment_on(sheet, time, usual=line.row.usual_at, zone=plan.zone)
        said[HAPPENED] = moment.isoformat()
    except Problem as problem:
        wrong = problem
    said[SURE] = posted.get(SURE, "")
    filled = read_filled(on_paper(line.form), said, zone=plan.zone, now=now)
    if wrong is not None:
        filled = replace(filled, problems={**filled.problems, HAPPENED: wrong})
    return TypedRow(filled, typed | {TIME: time})


def _unfold(box: Box, kind: FieldType, text: str, sheet: Sheet, plan: Plan) -> str:
    """What is short on paper, in full: `365` is 36.5 where `##.#` stands, `0210` a day of the sheet's year."""
    if kind is FieldType.NUMBER and "." in box.pattern and text.isdigit() and len(text) == box.pattern.count("#"):
        return f"{text[:-1]}.{text[-1]}"
    if kind is FieldType.DATE and text.isdigit() and len(text) == 4:
        year = sheet.starts_at.astimezone(plan.zone).year
        return f"{year}-{text[:2]}-{text[2:]}"
    if kind is FieldType.AREA and text and not text.isdigit():
        return _place(text, sheet)
    return text


def _place(name: str, sheet: Sheet) -> str:
    """The key of the one place of the county with this name; the name itself where there is none, or several."""
    low, high = key_range(ancestor(sheet.area_id, min(Level.COUNTY, level_of(sheet.area_id))))
    here = Area.objects.filter(pk__gte=low, pk__lt=high, until=None, level__lte=Level.VILLAGE)
    found = list(here.filter(short_name=name)[:2]) or list(here.filter(name=name)[:2])
    return f"{found[0].pk:018d}" if len(found) == 1 else name


def show(line: Line, typed: TypedRow | None = None, *, sentence: str = "", double: Record | None = None) -> Shown:
    """A row as it is drawn, with what was typed and what is wrong with it."""
    filled = typed.filled if typed else None
    cells = tuple(_cell(box, typed) for box in line.boxes)
    moment = filled.problems.get(HAPPENED) if filled else None
    return Shown(
        line=line,
        cells=cells,
        time=typed.typed.get(TIME, "") if typed else "",
        time_sentence=moment.say(language()) if moment else "",
        sentence=sentence,
        sure=filled.sure_of if filled and filled.unsure and not filled.problems else "",
        double=double,
        double_said=tuple((one.label, one.value) for one in answers_of(line.form, double.content)) if double else (),
    )


def _cell(box: Box, typed: TypedRow | None) -> Cell:
    name = ANSWER + box.key
    if typed is None:
        return Cell(box, name)
    problem = typed.filled.problems.get(box.key)
    sure = ""
    asked = typed.filled.form.field(box.key) if box.key in typed.filled.unsure else None
    if asked is not None and asked.ask_outside is not None:
        low, high = asked.ask_outside
        sure = word(f"通常在 {low:g} 到 {high:g} 之间", f"usually between {low:g} and {high:g}")
    return Cell(box, name, typed.typed.get(box.key, ""), problem.say(language()) if problem else "", sure)
