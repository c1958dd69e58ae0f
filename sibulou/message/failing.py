"""A channel that fails is a gap of the administrator: an obligation like any other, opened and closed by records.

The plan says so (`channel.repaired`): the clockwork tells `channel_failed` after three failures in a row, and
`channel_repaired` when a message goes out again, or when somebody switches the channel off. Nobody ticks it off. Where
no plan in force has the duty, the page of the channels alone shows it, and the record is told when one begins.
"""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import UUID

from sibulou.duty.force import current
from sibulou.duty.intake import Batch, Outcome, take_in
from sibulou.duty.models import Obligation
from sibulou.duty.told import Told
from sibulou.lib.uuid7 import uuid7
from sibulou.message.models import Channel
from sibulou.roster.access import EVERYTHING
from sibulou.roster.area_key import Level, ancestor, level_of
from sibulou.roster.audit import CLOCKWORK
from sibulou.roster.models import Subject

TRIES = 3
"""How many failures in a row make a gap."""
FAILED, REPAIRED = "channel_failed", "channel_repaired"
_log = logging.getLogger(__name__)


def report(channel: Channel, *, now: datetime) -> None:
    """Tell what the county must know of a channel now: that it fails, or that it works again. Idempotent."""
    if channel.is_on and channel.failures >= TRIES:
        if not _is_open(channel.failed_by):
            _tell(channel, FAILED, {"kind": channel.kind, "tries": channel.failures}, None, now)
    elif channel.failed_by is not None and (channel.failures == 0 or not channel.is_on):
        _tell(channel, REPAIRED, {"how": "sent" if channel.is_on else "off"}, channel.failed_by, now)


def report_all(*, now: datetime) -> None:
    """The same for every channel that fails: one that began to before the start key was pressed."""
    for channel in Channel.objects.filter(is_on=True, failures__gte=TRIES):
        report(channel, now=now)


def _is_open(record: UUID | None) -> bool:
    """Whether the gap that a record opened stands in an event that still runs."""
    return (
        record is not None
        and Obligation.objects.filter(opened_by=record, met_at=None, stage__event__ended_at=None).exists()
    )


def _tell(channel: Channel, form: str, content: dict[str, object], answers: UUID | None, now: datetime) -> None:
    """Tell a record of the county as the clockwork, under the first plan in force that has the form."""
    county = ancestor(channel.area_id, min(Level.COUNTY, level_of(channel.area_id)))
    subject = Subject.objects.filter(kind="area", area_id=county).order_by("pk").first()
    plan = next((one.plan.key for one in current(now) if form in one.plan.forms and _over(one.over, county)), "")
    told = None
    if subject is not None and plan:
        told = Told(uuid7(now), form, subject.pk, now, content, answers=answers, plan=plan)
        answer = take_in(Batch([told], device="clockwork"), reach=EVERYTHING, by=CLOCKWORK, now=now)[0]
        if answer.outcome is not Outcome.ACCEPTED:
            _log.error("%s: %s", form, answer.problem)
            return
    channel.failed_by = told.id if told is not None and form == FAILED else None
    channel.save(update_fields=["failed_by"])


def _over(span: tuple[int, int], area: int) -> bool:
    return span[0] <= area < span[1]
