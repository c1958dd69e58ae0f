"""The clockwork of defence: each minute what lies open is told, and passages are laid side by side."""

from __future__ import annotations

from datetime import timedelta

from procrastinate.contrib.django import app

from sibulou.fronts.defence.cordon.telling import report_all
from sibulou.fronts.defence.passages.comparing import compare
from sibulou.lib.clock import now
from sibulou.roster.access import EVERYTHING, acting


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="cordon", pass_context=False)
def cordon(timestamp: int) -> int:
    """Tell which villages lie open, and which no longer do. Returns how many records were told."""
    with acting(EVERYTHING):
        return report_all(now=now())


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
