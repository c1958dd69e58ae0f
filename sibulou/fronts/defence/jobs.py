"""The clockwork of defence: each minute what lies open is told."""

from __future__ import annotations

from procrastinate.contrib.django import app

from sibulou.fronts.defence.cordon.telling import report_all
from sibulou.lib.clock import now
from sibulou.roster.access import EVERYTHING, acting


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="cordon", pass_context=False)
def cordon(timestamp: int) -> int:
    """Tell which villages lie open, and which no longer do. Returns how many records were told."""
    with acting(EVERYTHING):
        return report_all(now=now())
