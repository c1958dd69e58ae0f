"""How the interface says a problem: its number and its sentence in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.http import HttpResponse, JsonResponse

from sibulou.api.batch import Sent, Unread
from sibulou.api.shapes import BatchOut, OutcomeOut, ProblemOut
from sibulou.duty.intake import Answer
from sibulou.duty.told import Told
from sibulou.lib.problem import Problem

WRONG = dict.fromkeys((400, 401, 403, 404, 410, 413, 422, 429), ProblemOut)
"""What every operation may answer besides."""


def said(problem: Problem) -> ProblemOut:
    """A problem as JSON."""
    return ProblemOut(problem=problem.number, zh=problem.say("zh"), en=problem.say("en"))


def refused(problem: Problem) -> HttpResponse:
    """The answer of a problem that is returned and not raised, so that what was written down of it stays."""
    return JsonResponse(said(problem).model_dump(), status=problem.status)


def outcomes(at: datetime, sent: Sent, answers: Iterable[Answer]) -> BatchOut:
    """What became of each record of a batch, in its order; `answers` are those of the records that could be read."""
    waiting = iter(answers)
    return BatchOut(received_at=at, records=[_outcome(one, waiting) for one in sent.records])


def outcomes_written(at: datetime, sent: Sent, answers: Iterable[Answer]) -> str:
    """The same as JSON, written at once: of thousands of records nearly all are taken in, and each says the same."""
    waiting = iter(answers)
    head = BatchOut(received_at=at, records=[]).model_dump_json()
    return f"{head[:-2]}{','.join(_written(one, waiting) for one in sent.records)}]}}"


def _written(one: Told | Unread, waiting: Iterator[Answer]) -> str:
    if isinstance(one, Unread):
        return _outcome(one, waiting).model_dump_json()
    answer = next(waiting)
    if answer.problem is not None:
        return _outcome(one, iter([answer])).model_dump_json()
    return f'{{"id":"{answer.id}","outcome":"{answer.outcome}","problem":null}}'


def _outcome(one: Told | Unread, waiting: Iterator[Answer]) -> OutcomeOut:
    if isinstance(one, Unread):
        return OutcomeOut(id=one.id, outcome="refused", problem=said(one.problem))
    answer = next(waiting)
    problem = answer.problem and said(answer.problem)
    return OutcomeOut(id=answer.id, outcome=str(answer.outcome), problem=problem)  # type: ignore[arg-type]
