"""One account of each role that a visitor may sign in with."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password
from django.db.models import Exists, OuterRef

from sibulou.fronts.defence.models import Standing
from sibulou.roster.models import Appointment, User
from sibulou.roster.role import ROLES

_stands_in_it = Exists(
    Standing.objects.filter(shift__subject=OuterRef("seat__subject"), member__account=OuterRef("user"))
)
"""Whether whoever leads a shift stands in it himself: he sees it among his own."""


def open_accounts(password: str) -> int:
    """Give one holder of each role the password, and his role as username. Returns how many there are."""
    hashed, given = make_password(password), set()
    for role in ROLES:
        terms = Appointment.objects.filter(seat__role=role, deputy=False, ends_at__isnull=True)
        terms = terms.order_by(_stands_in_it.desc(), "pk")
        user = next((one for one in terms.values_list("user_id", flat=True)[:50] if one not in given), None)
        if user is not None:
            given.add(user)
            User.objects.filter(pk=user).update(username=role, password=hashed)
    return len(given)


def listed() -> list[tuple[str, str, str]]:
    """Username and both words of every role that has such an account."""
    known = set(User.objects.filter(username__in=ROLES).values_list("username", flat=True))
    return [(key, role.zh, role.en) for key, role in ROLES.items() if key in known]
