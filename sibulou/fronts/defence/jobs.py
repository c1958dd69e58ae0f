"""The clockwork of defence: each minute what lies open, who is short, and what passages show laid side by side; each
hour the seats of shifts; and a job that fills a roster."""

from __future__ import annotations

from datetime import timedelta

from procrastinate.contrib.django import app

from sibulou.fronts.defence.cordon.telling import report_all
from sibulou.fronts.defence.models import Rota
from sibulou.fronts.defence.passages.comparing import compare
from sibulou.fronts.defence.publishing import keep_shifts
from sibulou.fronts.defence.rosters import fill
from sibulou.fronts.defence.standing import tell_strength
from sibulou.fronts.defence.steps import ask_all
from sibulou.fronts.defence.stores.finding import look_all
from sibulou.lib.clock import now
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.audit import CLOCKWORK


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="cordon", pass_context=False)
def cordon(timestamp: int) -> int:
    """Tell which posts fell under what their shifts ask, then which villages lie open for it, and which no longer do;
    and which posts that opened since owe the flow card.

    Returns how many records were told.
    """
    at = now()
    with acting(EVERYTHING):
        return tell_strength(now=at) + report_all(now=at) + ask_all(now=at)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="passages", pass_context=False)
def passages(timestamp: int) -> int:
    """Find what the passages of the last two hours show. Returns how many findings were told or taken back."""
    with acting(EVERYTHING):
        return compare(now=now())


@app.periodic(cron="23 * * * *")
@app.task(queueing_lock="passages_late", pass_context=False)
def passages_heard_late(timestamp: int) -> int:
    """The same for three days, for what a stopped clockwork left."""
    with acting(EVERYTHING):
        return compare(now=now(), lately=timedelta(days=3))


@app.periodic(cron="17 * * * *")
@app.task(queueing_lock="shifts", pass_context=False)
def shifts(timestamp: int) -> int:
    """Keep the seats of shifts with the heads of their posts; close those that are over. Returns how many closed."""
    return keep_shifts(now=now())


@app.task(pass_context=False)
def solve_rota(rota: int) -> int:
    """Fill a proposal. Returns how many places stay empty."""
    with acting(EVERYTHING):
        solved = fill(rota=Rota.objects.get(pk=rota), by=CLOCKWORK, now=now())
    return sum(one.people for one in solved.empty)


def solve_soon(rota: Rota) -> None:
    """Have the clockwork fill a proposal, as soon as the deed that made it is committed."""
    solve_rota.defer(rota=rota.pk)


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="stock", pass_context=False)
def stock(timestamp: int) -> int:
    """See for how long supplies last, and whether what was told of them agrees. Returns how many records were told."""
    with acting(EVERYTHING):
        return look_all(now=now())
