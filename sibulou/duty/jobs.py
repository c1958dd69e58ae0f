"""The clockwork: reconcile on the hour, climb each minute, open an event when it starts or changes its level.

Jobs lie in PostgreSQL beside what they do, and are committed with the deed that causes them.
"""

from __future__ import annotations

import logging

from django.db import connection
from procrastinate.contrib.django import app

from sibulou.duty.escalate import escalate
from sibulou.duty.models import Event
from sibulou.duty.opening import open_in_steps, unopened
from sibulou.duty.reconcile import drift, reconcile
from sibulou.lib.clock import now
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.audit import CLOCKWORK, audit

_log = logging.getLogger(__name__)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="climb", pass_context=False)
def climb(timestamp: int) -> int:
    """Tell what must be told by now. Returns how many tellings were written."""
    with acting(EVERYTHING):
        return escalate(now=now())


@app.periodic(cron="7 * * * *")
@app.task(queueing_lock="reconcile", pass_context=False)
def open_windows(timestamp: int) -> int:
    """Open what the roster and the duties call for, a day ahead."""
    at = now()
    with acting(EVERYTHING):
        return reconcile(now=at, heard=at).total


@app.task(pass_context=False)
def open_event(event: int) -> int:
    """Open what an event calls for. Returns how many obligations were opened."""
    return open_in_steps(event, clock=now)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="open_waiting", pass_context=False)
def open_waiting(timestamp: int) -> int:
    """Go on where a killed worker stopped: open what is still not opened, of whatever event."""
    return sum(open_in_steps(event, clock=now) for event in _waiting())


def _waiting() -> list[int]:
    with acting(EVERYTHING):
        return sorted(set(unopened().values_list("event", flat=True)))


def open_soon(event: Event) -> None:
    """Have the clockwork open what the event calls for, as soon as the deed that calls for it is committed."""
    open_event.defer(event=event.pk)


@app.periodic(cron="37 18 * * *")
@app.task(queueing_lock="drift", pass_context=False)
def check(timestamp: int) -> int:
    """Nightly (02:37 in the county): recompute everything from the records and report drift, expected none."""
    with acting(EVERYTHING):
        drifted = drift()
        if drifted:
            _log.error("%s obligations differ from their records, first %s", len(drifted), drifted[:5])
        audit("kernel.check", by=CLOCKWORK, now=now(), drifted=len(drifted))
    return len(drifted)


def work() -> None:
    """Run the worker until it is told to stop; what an earlier one left half done comes first."""
    for event in _waiting():
        open_event.defer(event=event)
    connection.close()
    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]  # Django's has it, the base has not
    with app.replace_connector(connector) as worker:
        worker.run_worker(install_signal_handlers=True, name="sibulou")
