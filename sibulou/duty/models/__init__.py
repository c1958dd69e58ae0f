"""The kernel's rows: what is in force, what is owed, what was told, and what lifts it."""

from sibulou.duty.models.force import Duty, Event, PlanVersion, Stage, Strictness
from sibulou.duty.models.obligation import WAITING, Climb, Obligation, Revision, Stay, Waiver, not_waived
from sibulou.duty.models.record import Record, Refusal
from sibulou.duty.models.watch import DutyNote, Watch, WatchRevision

__all__ = [
    "WAITING", "Climb", "Duty", "DutyNote", "Event", "Obligation", "PlanVersion", "Record", "Refusal", "Revision",
    "Stage", "Stay", "Strictness", "Waiver", "Watch", "WatchRevision", "not_waived",
]  # fmt: skip
