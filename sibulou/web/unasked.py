"""What browsers and crawlers ask for without being told to: an icon, and whether they may look around."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

ICON = Path(__file__).parent / "static" / "sibulou" / "favicon.ico"
ROBOTS = "User-agent: *\nDisallow: /\n"


@require_safe
@cache_control(max_age=86400)
def favicon(request: HttpRequest) -> HttpResponse:
    """The icon, for what names none: a JSON answer opened in a tab, say. Pages name `icon.svg`, the same picture."""
    return HttpResponse(_icon(), content_type="image/x-icon")


@cache
def _icon() -> bytes:
    return ICON.read_bytes()


@require_safe
@cache_control(max_age=86400)
def robots(request: HttpRequest) -> HttpResponse:
    """No crawler has business here."""
    return HttpResponse(ROBOTS, content_type="text/plain")
