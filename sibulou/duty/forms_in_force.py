"""Which form a record is told on, where plans in force at once have one of the same name.

Plans name their forms each for itself, so two in force may ask different things under one name. Forms that ask the same
are one form. A record may say under which plan it was told; where it does not, it was told on the first form that takes
what it says, in the order in which the events began. It counts for the plans that have this very form and for no
other: an answer to another question must not hide a miss (decision 0009).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from sibulou.duty.force import Running
from sibulou.duty.form import Form, WrongShape, check_content
from sibulou.duty.problems import UnknownForm, WrongSubject
from sibulou.duty.told import About, Told

MOST_NEAR = 5
"""So many forms are named beside one that nothing has; a plan has dozens, and a telephone shows few."""


@dataclass(frozen=True)
class Shared:
    """One form and the keys of the plans that have it, in the order of their events."""

    form: Form
    plans: tuple[str, ...]


@dataclass(frozen=True)
class OnForm:
    """What a record says on its form: the clean content, and the plans it counts for."""

    form: Form
    plans: tuple[str, ...]
    content: dict[str, object]


def asks(form: Form) -> tuple[object, ...]:
    """What a form asks, of what kind of subject; its words aside. Forms that ask the same are one form."""
    return form.kind, form.also, *(
        (one.key, one.type, one.required, one.min, one.max, one.ask_outside, one.personal,
         tuple(choice.key for choice in one.choices), one.show_when and one.show_when.source)
        for one in form.fields
    )  # fmt: skip


def shared(key: str, stages: Iterable[Running]) -> list[Shared]:
    """The forms of this name that these stages have, in their order, those that ask the same as one."""
    found: dict[tuple[object, ...], Shared] = {}
    for running in stages:
        form = running.plan.forms.get(key)
        if form is None:
            continue
        before = found.setdefault(asks(form), Shared(form, ()))
        if running.plan.key not in before.plans:
            found[asks(form)] = Shared(before.form, (*before.plans, running.plan.key))
    return list(found.values())


class FormsInForce:
    """The forms that a batch of records may be told on. `events`: the stages of every event there is or was."""

    def __init__(self, events: Sequence[Sequence[Running]]) -> None:
        self._all = [running for of_event in events for running in of_event]
        self._found: dict[tuple[object, ...], list[Shared]] = {}

    def told_on(self, told: Told, about: About, stages: Sequence[Running]) -> OnForm:
        """The form of a record told of a subject, by the stages in force when it happened; its content, clean.

        Raises UnknownForm, WrongSubject (no form of this name is about such a subject), WrongShape (of the first).
        """
        named = self._named(told, about.area_id, stages)
        fitting = [one for one in named if one.form.is_about(about.kind)]
        if not fitting:
            raise WrongSubject(form=named[0].form.title.zh, wanted=named[0].form.kind, given=about.kind)
        if told.withdraws:
            return OnForm(fitting[0].form, fitting[0].plans, {})
        return _first_that_takes(fitting, told.content)

    def _named(self, told: Told, area: int, stages: Sequence[Running]) -> list[Shared]:
        """The forms of the name a record gives: of the plans in force where it happened, else elsewhere, else ever."""
        place = (told.form, told.plan, area, *(running.stage.pk for running in stages))
        found = self._found.get(place) or next(self._choices(told, area, stages), None)
        if found is None:  # not kept: there is no end to the names that nothing has
            raise unknown_form(told.form, (name for running in stages for name in running.plan.forms), plan=told.plan)
        self._found[place] = found
        return found

    def _choices(self, told: Told, area: int, stages: Sequence[Running]) -> Iterator[list[Shared]]:
        here = [running for running in stages if running.over[0] <= area < running.over[1]]
        for some in (here, stages, self._all):
            found = shared(told.form, some)
            if named := [one for one in found if not told.plan or told.plan in one.plans]:
                yield named


def unknown_form(key: str, known: Iterable[str], *, plan: str = "") -> UnknownForm:
    """What to say of a form that nothing has: the few of the `known` ones that begin most like it."""
    near = sorted(set(known), key=lambda one: (-_alike(one, key), one))[:MOST_NEAR]
    return UnknownForm(form=(f"{plan}/{key}" if plan else key)[:80], allowed=", ".join(near) or "—")


def _alike(one: str, other: str) -> int:
    """How many signs two keys have in common from their beginning."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _first_that_takes(forms: Sequence[Shared], content: object) -> OnForm:
    wrong: WrongShape | None = None
    for one in forms:
        try:
            return OnForm(one.form, one.plans, check_content(one.form, content))
        except WrongShape as problem:
            wrong = wrong or problem
    assert wrong is not None
    raise wrong
