"""A timing by itself, as a township's stricter setting keeps it: `{"cadence": ..., "clocks": ...}`."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sibulou.duty.cadence import Cadence
from sibulou.duty.plan_draft import Draft
from sibulou.duty.plan_reader import compose
from sibulou.duty.plan_timings import read_timing as read_timing_at


def read_timing(timing: Mapping[str, object]) -> Cadence:
    """The cadence that a timing means. Raises PlanMistakes naming what is wrong in it."""
    top = compose(json.dumps(dict(timing)), file="strictness")
    cadence = read_timing_at(top, top.fields("cadence", "clocks"), Draft(None))
    top.sheet.close()
    return cadence
