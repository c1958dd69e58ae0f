"""What every page of the shell needs."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from sibulou.message.inbox import unseen
from sibulou.roster.access import Reach
from sibulou.roster.models import User
from sibulou.roster.role import Right
from sibulou.web.paper_doors import keeps_paper
from sibulou.web.running import opening_events


def shell(request: HttpRequest) -> dict[str, object]:
    """Who is here, what he may open, and the moment the page is of."""
    reach = getattr(request, "reach", None)
    return {
        "opening": opening_events(reach) if reach else [],
        "rights": _rights(reach) if reach else {},
        "unseen": lambda: unseen(request.user).count() if isinstance(request.user, User) else 0,
        "now": getattr(request, "now", None),
        "english": (get_language() or "").startswith("en"),
        "demo": settings.DEMO,
        "filing_number": settings.FILING_NUMBER,
    }


def _rights(reach: Reach) -> dict[str, bool]:
    """Which doors stand open; `tells`: whoever may record somewhere, or answers for something by name."""
    held = {str(right): reach.has(right) for right in Right}
    return held | {"paper": keeps_paper(reach), "tells": reach.has(Right.RECORD) or bool(reach.subjects)}
