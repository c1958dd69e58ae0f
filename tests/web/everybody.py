"""Somebody in every role, in the county and in the next, and what he holds."""

from __future__ import annotations

from dataclasses import dataclass

from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.area_key import key_range
from sibulou.roster.models import Appointment, Area, Subject, User
from sibulou.roster.role import ROLES, Right
from tests.web.scene import Scene

LASTING = [key for key, role in ROLES.items() if "shift" not in role.on]
"""The roles somebody sits in before a roster is published; the crew of a shift is asked in test_rota."""


@dataclass(frozen=True)
class Who:
    """Somebody in one role: where he sits, or what he keeps."""

    role: str
    user: User
    area: Area | None
    keeps: frozenset[int]

    def holds(self, right: Right) -> bool:
        """Whether he holds a right over any area."""
        return self.area is not None and right in ROLES[self.role].rights

    def over(self, area: int, right: Right) -> bool:
        """Whether he holds a right over an area."""
        if self.area is None or right not in ROLES[self.role].rights:
            return False
        low, high = key_range(self.area.pk)
        return low <= area < high

    def sees(self, subject: Subject) -> bool:
        """Whether something on the roster exists for him."""
        right = Right.PEOPLE if subject.kind in ("person", "household") else Right.GAPS
        return self.over(subject.area_id, right) or subject.pk in self.keeps

    def tells(self, subject: Subject) -> bool:
        """Whether he may hand in records about it."""
        return self.over(subject.area_id, Right.RECORD) or subject.pk in self.keeps


def everybody(scene: Scene) -> list[Who]:
    """Somebody in every role, in the county and in the next."""
    found = []
    with acting(EVERYTHING):
        for role in LASTING:
            for user in (scene.inside(role), scene.outside.get(role)):
                if user is not None:
                    found.append(_who(role, user, scene))
    return found


def _who(role: str, user: User, scene: Scene) -> Who:
    seat = Appointment.objects.select_related("seat__area", "seat__subject").filter(user=user, seat__role=role)[0].seat
    if seat.subject_id is None:
        return Who(role, user, seat.area, frozenset())
    keeps = {seat.subject_id}
    if seat.subject.kind == "person":
        home = seat.subject.person.household
        keeps |= {home.pk, *home.members.values_list("pk", flat=True)}
    return Who(role, user, None, frozenset(keeps))
