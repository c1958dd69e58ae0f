"""The holding place: who is held, since when, by whom, seen by which doctor; and those who were received or let go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from sibulou.duty.force import stages
from sibulou.duty.form import Form
from sibulou.duty.forms_in_force import shared
from sibulou.duty.models import Event, Obligation, Record
from sibulou.duty.personal import open_answers
from sibulou.fronts.defence.holding import DUTIES, RECEIVED, SEEN, Held, held
from sibulou.fronts.defence.passages.register import FORM
from sibulou.roster.models import Subject
from sibulou.roster.role import Right
from sibulou.web.allow import without
from sibulou.web.answers import in_words, masked_answer
from sibulou.web.labels import Owner, language, owners, places
from sibulou.web.middleware import Asking
from sibulou.web.owed import Owed, owed


@dataclass(frozen=True)
class Line:
    """One person who is or was held, in words; `due` is what is owed of him now, with who answers for it."""

    held: Held
    post: str
    place: str
    said: dict[str, str]
    visit: dict[str, str]
    receipt: dict[str, str]
    told_by: str
    due: Sequence[tuple[Owed, Owner | None]]

    @property
    def missed(self) -> bool:
        return any(one.kinds for one, _ in self.due)

    @property
    def doors(self) -> list[tuple[str, str]]:
        """The forms that say what became of him, each with its address."""
        row = self.held.last
        asked = {"answers": str(row.record), "next": "/held/"}
        return [(form, f"/subjects/{row.post_id}/records/new/?{urlencode({'form': form, **asked})}")
                for form in (SEEN, RECEIVED)]  # fmt: skip


@never_cache
@require_GET
def holding(request: Asking) -> HttpResponse:
    """Who is held now, those that miss a doctor or a receiver first; and who was, within a fortnight."""
    posts = Subject.objects.filter(pk__in=request.reach.subjects, kind="post")
    if not request.reach.has(Right.PEOPLE) and not posts.exists():
        raise without(Right.PEOPLE)
    lines = _lines(held(now=request.now), request)
    here = [one for one in lines if one.held.left_at is None]
    facts = {
        "here": sorted(here, key=lambda one: (not one.missed, one.held.since)),
        "gone": [one for one in lines if one.held.left_at is not None],
        "missed": sum(one.missed for one in here),
    }
    return render(request, "web/holding.html", facts)


def _lines(people: Sequence[Held], request: Asking) -> list[Line]:
    rows = [row for one in people for row in one.passages]
    records = Record.objects.filter(pk__in=[row.record for row in rows]).select_related("told_by").in_bulk()
    posts = Subject.objects.in_bulk({row.post_id for row in rows})
    where = places({row.area_id for row in rows})
    shown = owed(
        Obligation.objects.filter(subject__in=posts, opened_by__in=[row.record for row in rows], duty__key__in=DUTIES)
        .select_related("duty"), language=language(), now=request.now,
    )  # fmt: skip
    seats = owners({one.row.seat_id for one in shown}, language=language(), now=request.now)
    forms = {key: _form(key) for key in (FORM, SEEN, RECEIVED)}
    lines = []
    for one in people:
        row, own = one.last, {row.record for row in one.passages}
        record = records.get(row.record)
        lines.append(
            Line(
                held=one,
                post=posts[row.post_id].label if row.post_id in posts else "",
                place=where[row.area_id],
                said=_words(forms[FORM], record),
                visit=_words(forms[SEEN], one.visits[-1] if one.visits else None),
                receipt=_words(forms[RECEIVED], one.receipt),
                told_by=record.told_by.name if record and record.told_by else "",
                due=[(due, seats.get(due.row.seat_id)) for due in shown if due.row.opened_by in own and due.open],
            )
        )
    return lines


def _form(key: str) -> Form | None:
    found = shared(key, stages(Event.objects.order_by("id")))
    return found[-1].form if found else None


def _words(form: Form | None, record: Record | None) -> dict[str, str]:
    """What a record says, in words; long numbers masked."""
    if form is None or record is None:
        return {}
    said = open_answers(form.key, record.content)
    words = {}
    for field in form.fields:
        if field.key in said:
            value = in_words(form, field.key, said[field.key])
            hidden = field.personal and field.key not in ("temperature", "second", "symptoms")
            words[field.key] = str(masked_answer(value)) if hidden else value
    return words


urlpatterns: list[URLPattern] = [path("held/", holding)]
