"""A township that asks for more of a duty than the county does: never for less."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods

from sibulou.duty.cadence import Cadence, Triggered
from sibulou.duty.force import Running, segments, set_strictness, stages
from sibulou.duty.problems import Laxer
from sibulou.duty.reconcile import reconcile
from sibulou.lib.problem import Problem
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.area_key import key_range
from sibulou.roster.models import Area
from sibulou.web.labels import language, pick, word
from sibulou.web.middleware import Asking
from sibulou.web.running import NothingChosen, running_event
from sibulou.web.spans import UNITS
from sibulou.web.texts import number_of
from sibulou.web.timing_words import cadence_words
from sibulou.web.timings import boxes, read_boxes


@require_http_methods(["GET", "POST"])
def strictness(request: Asking, number: int) -> HttpResponse:
    """Let a township ask for more of a duty than the county does."""
    row = running_event(request, number)
    last = stages([row])[-1]
    duty = last.plan.duties.get(request.GET.get("duty", ""))
    area = Area.objects.filter(pk=number_of(request.GET.get("area", ""))).first()
    timing = duty.timing(last.stage.level) if duty else None
    low, high = key_range(row.area_id)
    if duty is None or timing is None or area is None or not low < area.pk < high:
        raise NothingChosen(field_zh="乡镇和事项", field_en="township and duty")
    present = _present(last, duty.key, area.pk, request.now) or timing
    sentence, status, typed = "", 200, boxes(present)
    if request.method == "POST":
        try:
            with transaction.atomic():
                wanted = read_boxes(present, request.POST.dict())
                set_strictness(event=row, area=area, duty_key=duty.key, timing=wanted, by=request.by, now=request.now)
                with acting(EVERYTHING):
                    reconcile(now=request.now, events=[row], duties=frozenset({duty.key}))
        except Problem as problem:
            if isinstance(problem, Laxer):
                problem.facts["base"] = cadence_words(present, language())
            sentence, status = problem.say(language()), problem.status
            typed = [box.typed(request.POST.dict()) for box in boxes(present)]
        else:
            messages.success(request, word("已按更严的要求执行。", "The stricter timing holds from now on."))
            return HttpResponseRedirect(f"/events/{row.pk}/")
    facts = {
        "event": row,
        "area": area,
        "duty": duty.title.say(language()),
        "county": cadence_words(timing, language()),
        "boxes": [(box, pick(box.words, language())) for box in typed],
        "units": [(key, pick(words, language())) for key, (_, words) in UNITS.items()],
        "triggered": isinstance(timing, Triggered),
        "sentence": sentence,
    }
    return render(request, "web/event_strictness.html", facts, status=status)


def _present(last: Running, duty: str, area: int, now: datetime) -> Cadence | None:
    """The timing that holds over an area now."""
    for segment in reversed(segments(last, duty)):
        low, high = segment.over
        if low <= area < high and not any(start <= area < stop for start, stop in segment.but):
            return segment.cadence
    return None


urlpatterns: list[URLPattern] = [path("events/<int:number>/strictness/", strictness)]
