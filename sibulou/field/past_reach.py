"""What a device's user reached when something happened: he may have lost the area since, and tells of it late."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime

from sibulou.field.devices import reach_changes
from sibulou.field.models import Device
from sibulou.field.problems import AfterWithdrawal
from sibulou.lib.wall import wall
from sibulou.roster.access import Reach, reach_of


class PastReach:
    """Called with a moment, gives what its user reaches now, then what he reached at that moment with this device."""

    def __init__(self, device: Device, *, reach: Reach, now: datetime) -> None:
        self.device, self.reach, self.now = device, reach, now
        self._changes: list[datetime] | None = None
        self._known: dict[int, Reach] = {}

    def __call__(self, at: datetime) -> Iterator[Reach]:
        """Raises AfterWithdrawal for a moment at which the device was no longer his."""
        withdrawn = self.device.withdrawn_at
        if withdrawn is not None and at > withdrawn:
            raise AfterWithdrawal(at=wall(withdrawn))
        return self._reaches(at)

    def _reaches(self, at: datetime) -> Iterator[Reach]:
        yield self.reach
        if self.device.enrolled_at <= at < self.now:
            yield self._then(at)

    def _then(self, at: datetime) -> Reach:
        """His reach at a moment; between two changes it is the same, so it is looked up once for each span."""
        if self._changes is None:
            self._changes = reach_changes(self.device.user)
        span = bisect_right(self._changes, at)
        if span not in self._known:
            self._known[span] = reach_of(self.device.user, now=at)
        return self._known[span]
