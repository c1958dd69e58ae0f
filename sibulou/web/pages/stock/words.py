"""Supplies in the reader's words: the items of the plan in force, what a record says, what the other end is called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404

from sibulou.duty.form import Form
from sibulou.duty.intake import Batch, take_in
from sibulou.duty.models import Record
from sibulou.duty.told import Told
from sibulou.fronts.defence.stores.finding import running
from sibulou.fronts.defence.stores.giving import keeps_stock
from sibulou.fronts.defence.stores.keeping import IN
from sibulou.lib.uuid7 import uuid7
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.models import Subject
from sibulou.web.labels import language, word
from sibulou.web.middleware import Asking


def keeper(number: int) -> Subject:
    """A place that the reader sees and that keeps supplies. Raises Http404."""
    subject = Subject.objects.select_related("area", "place").filter(pk=number, kind__in=("post", "place")).first()
    if subject is None or not keeps_stock(subject):
        raise Http404
    return subject


def forms_of(now: datetime) -> Mapping[str, Form]:
    """The forms of the plan that keeps stock; none where none does."""
    found = running(now)
    return found.plan.forms if found else {}


def items_of(now: datetime) -> dict[str, str]:
    """The items of the plan in force, in its order, with their words."""
    return dict(choices_of(IN, "item", now))


def choices_of(form: str, field: str, now: datetime) -> list[tuple[str, str]]:
    """The choices of a field of a form, with their words."""
    asked = forms_of(now).get(form)
    found = asked.field(field) if asked else None
    return [(one.key, one.title.say(language())) for one in found.choices] if found else []


def thing(said: Mapping[str, Any], items: Mapping[str, str]) -> str:
    """An item with its batch."""
    item = str(said.get("item", ""))
    return f"{items.get(item, item)} {said.get('batch', '')}".strip()


def names_of(numbers: Iterable[object]) -> dict[str, str]:
    """What the other end of a move is called: whoever gets it may know from where, though he does not reach it."""
    wanted = {int(str(one)) for one in numbers if str(one).isdigit()}
    with acting(EVERYTHING):
        return {str(pk): label for pk, label in Subject.objects.filter(pk__in=wanted).values_list("pk", "label")}


def in_one_line(record: Record, now: datetime) -> str:
    """What was found or asked for."""
    said, what = record.content, thing(record.content, items_of(now))
    kind = dict(choices_of(record.form, "kind", now)).get(str(said.get("kind", "")), "")
    if not kind:
        return word(f"申领 {what} {said.get('quantity', '')}", f"asked for: {said.get('quantity', '')} of {what}")
    should = word(f"应有 {said['book']:g}", f"should be {said['book']:g}") if "book" in said else ""
    there = word(f"实有 {said['count']:g}", f"there are {said['count']:g}") if "count" in said else ""
    return " · ".join(filter(None, (kind, what, should, there)))


def tell(
    request: Asking, form: str, subject: Subject, content: Mapping[str, object], *, answers: UUID | None = None
) -> UUID:  # fmt: skip
    """Hand a record in through the one door. Gives its id. Raises the Problem that refuses it."""
    plan = running(request.now)
    told = Told(uuid7(request.now), form, subject.pk, request.now, content, answers=answers,
                plan=plan.plan.key if plan else "")  # fmt: skip
    (answer,) = take_in(Batch([told], device="web"), reach=request.reach, by=request.by, now=request.now)
    if answer.problem is not None:
        raise answer.problem
    return told.id
