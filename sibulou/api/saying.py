"""How the interface says a problem: its number and its sentence in both languages."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse

from sibulou.api.shapes import ProblemOut
from sibulou.lib.problem import Problem

WRONG = dict.fromkeys((400, 401, 403, 404, 410, 413, 422, 429), ProblemOut)
"""What every operation may answer besides."""


def said(problem: Problem) -> ProblemOut:
    """A problem as JSON."""
    return ProblemOut(problem=problem.number, zh=problem.say("zh"), en=problem.say("en"))


def refused(problem: Problem) -> HttpResponse:
    """The answer of a problem that is returned and not raised, so that what was written down of it stays."""
    return JsonResponse(said(problem).model_dump(), status=problem.status)
