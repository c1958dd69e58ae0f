"""Finding people: by name, or by an identity number or a telephone, which never stand in an address or a log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.timezone import localdate
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from sibulou.lib.problem import Problem
from sibulou.roster import codes
from sibulou.roster.households import find_persons
from sibulou.roster.models import Person
from sibulou.roster.role import Right
from sibulou.roster.seal import HOUSEHOLD_PHONE, IDENTITY, PERSON_PHONE
from sibulou.web.allow import need
from sibulou.web.labels import language, masked_number, places
from sibulou.web.middleware import Asking

MOST = 50


class NobodySought(Problem):
    """A search without a number."""

    number = "422.95"
    zh = "没有填证件号或电话。请填其中一项再查找。"
    en = "Neither an identity number nor a telephone was given. Give one of them and search again."


@dataclass(frozen=True)
class Found:
    """One person in words, his numbers masked; empty where none is known."""

    row: Person
    place: str
    relation: str
    state: str
    identity: str
    phone: str


@never_cache
@sensitive_post_parameters("identity", "phone")
@require_http_methods(["GET", "POST"])
def people(request: Asking) -> HttpResponse:
    """Who bears a name (GET), or has a number or telephone (POST), as far as one's area goes."""
    need(request.reach, Right.PEOPLE)
    name = request.GET.get("q", "").strip().replace("\x00", "")[:60]
    sentence, status = "", 200
    rows: list[Person] = []
    try:
        if request.method == "POST":
            rows = _by_number(request)
        elif name:
            rows = list(find_persons(name=name, today=localdate(request.now))[: MOST + 1])
    except Problem as problem:
        sentence, status = problem.say(language()), problem.status
    facts = {
        "found": _found(rows[:MOST]),
        "more": len(rows) > MOST,
        "searched": bool(name) or (request.method == "POST" and not sentence),
        "name": name,
        "sentence": sentence,
    }
    return render(request, "web/people.html", facts, status=status)


def _by_number(request: Asking) -> list[Person]:
    """Who has the number or telephone. Raises NobodySought and the Problems of `find_persons`."""
    identity, phone = (request.POST.get(key, "").strip().replace("\x00", "")[:40] for key in ("identity", "phone"))
    if not identity and not phone:
        raise NobodySought
    return list(find_persons(identity=identity, phone=phone, today=localdate(request.now))[: MOST + 1])


def _found(rows: Sequence[Person]) -> list[Found]:
    where = places({row.subject.area_id for row in rows})
    return [
        Found(
            row=row,
            place=where[row.subject.area_id],
            relation=codes.RELATION.label(row.relation, language()),
            state=codes.RESIDENCE.label(row.state, language()),
            identity=masked_number(row.identity_sealed, IDENTITY),
            phone=masked_number(row.phone_sealed, PERSON_PHONE)
            or masked_number(row.household.phone_sealed, HOUSEHOLD_PHONE),
        )
        for row in rows
    ]


urlpatterns: list[URLPattern] = [path("people/", people)]
