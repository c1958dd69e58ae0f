"""The Net: the whole county at once, every household a cell, every hole a light; and the counts beside it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpResponse, HttpResponseNotModified, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from sibulou.duty import board
from sibulou.duty.models import Duty
from sibulou.fronts.defence.models import Shift
from sibulou.roster.area_key import Level
from sibulou.roster.models import Area, Household, Person, Subject
from sibulou.roster.role import Right
from sibulou.web.asked import Asked, read_asked
from sibulou.web.labels import address_of, places
from sibulou.web.middleware import Asking
from sibulou.web.picture import began, burning, layout, roster_version
from sibulou.web.present import FRONT_WORDS, child_rows, climb_rows, gap_rows, tally

TREND_DAYS = 10
NEAREST = 8  # gaps listed beside a village or group


@require_safe
def net(request: Asking) -> HttpResponse:
    """The page. Who may not see gaps is sent to his own list."""
    if not request.reach.has(Right.GAPS):
        return HttpResponseRedirect("/mine/")
    asked = read_asked(request)
    facts = {
        "asked": asked,
        "slider": [_minute(at) for at in (began(asked.root, now=request.now), request.now, asked.moment.at)],
        "fronts": FRONT_WORDS,
        "duties": Duty.objects.order_by("front", "id"),
        "idle": settings.SESSION_COOKIE_AGE,
        "zone": settings.TIME_ZONE,
    }
    return render(request, "web/net.html", facts | _side(asked))


def _minute(at: datetime) -> int:
    """A place on the slider: whole minutes since 1970."""
    return int(at.timestamp() // 60)


@require_safe
def side(request: Asking) -> HttpResponse:
    """The counts beside the picture, as a piece of the page."""
    asked = read_asked(request)
    return render(request, "web/net_side.html", {"asked": asked} | _side(asked))


def _side(asked: Asked) -> dict[str, object]:
    language = get_language() or "zh"
    vacant = board.vacant_seats(asked.area.pk, asked.moment)
    counts = board.gap_counts(asked.area.pk, asked.moment, wanted=asked.wanted, vacant=vacant)
    chosen = frozenset(map(str, asked.wanted.kinds)) | asked.wanted.fronts
    names = dict(Area.objects.filter(parent=asked.area, level__lte=Level.GROUP).values_list("id", "short_name"))
    own = "本级" if language.startswith("zh") else "its own"
    near = board.gap_page(asked.area.pk, asked.moment, wanted=asked.wanted, limit=NEAREST, vacant=vacant)
    climbs = board.climbed(asked.area.pk, asked.moment, limit=6)
    return {
        "tally": tally(counts, chosen=chosen, language=language),
        "children": child_rows(counts, names, area=asked.area.pk, own=own, language=language) if names else [],
        "oldest": gap_rows(near, moment=asked.moment, language=language),
        "climbs": climb_rows(climbs, moment=asked.moment, language=language),
    }


@require_safe
def books(request: Asking) -> HttpResponse:
    """The five standings of the area, and whether they balance, counted now."""
    asked = read_asked(request)
    facts = {"asked": asked, "table": board.books(asked.area.pk, asked.moment), "checked": request.now}
    return render(request, "web/net_books.html", facts)


@require_safe
def panel(request: Asking) -> HttpResponse:
    """The gaps of one cell, with who answers for each and his telephone: two clicks from the hole."""
    asked = read_asked(request)
    language = get_language() or "zh"
    given = request.GET.get("subject", "")
    subject = get_object_or_404(Subject, pk=int(given) if given.isdecimal() and len(given) < 19 else 0)
    numbers = [subject.pk, *Person.objects.filter(household_id=subject.pk).values_list("subject_id", flat=True)]
    numbers += Shift.objects.filter(post=subject.pk, subject__isnull=False).values_list("subject_id", flat=True)
    gaps = board.gaps_of(numbers, subject.area_id, asked.moment, wanted=asked.wanted)
    facts = {
        "asked": asked,
        "subject": subject,
        "household": Household.objects.filter(pk=subject.pk).first() if subject.kind == "household" else None,
        "place": places([subject.area_id])[subject.area_id],
        "address": address_of(subject.kind, subject.pk, subject.area_id),
        "rows": gap_rows(gaps, moment=asked.moment, language=language),
    }
    return render(request, "web/net_panel.html", facts)


@require_safe
@gzip_page
def where(request: Asking) -> HttpResponse:
    """The layout. The same roster and reach have the same tag, and it is sent only once."""
    asked = read_asked(request)
    tag = f'"{roster_version()}.{asked.root}.{int(request.reach.has(Right.PEOPLE))}.{request.user.pk}"'
    unchanged = request.headers.get("If-None-Match", "").removeprefix("W/") == tag
    response = HttpResponseNotModified() if unchanged else JsonResponse(layout(asked.root))
    response["ETag"] = tag
    patch_cache_control(response, private=True, no_cache=True)
    return response


@require_safe
@gzip_page
def cells(request: Asking) -> HttpResponse:
    """What burns now, or burned then."""
    asked = read_asked(request)
    found = board.cells(asked.root, asked.moment, wanted=asked.wanted)
    said = burning(found) | {
        "at": asked.moment.at.isoformat(),
        "now": request.now.isoformat(),
        "live": asked.moment.live,
        "version": roster_version(),
    }
    return JsonResponse(said, headers={"Cache-Control": "private, no-store"})


@require_safe
def trend(request: Asking) -> HttpResponse:
    """The gaps at the end of each of the last days, and now."""
    asked = read_asked(request)
    midnight = timezone.localtime(asked.moment.at).replace(hour=0, minute=0, second=0, microsecond=0)
    since = began(asked.root, now=request.now)
    days = [midnight - timedelta(days=back) for back in range(TREND_DAYS - 1)]
    moments = [*(day for day in reversed(days) if day > since), asked.moment.at]
    counted = board.trend(asked.area.pk, moments)
    return JsonResponse({"points": [[timezone.localtime(at).isoformat(), gaps] for at, gaps in counted]})


urlpatterns = [
    path("", net),
    path("net/layout/", where),
    path("net/cells/", cells),
    path("net/side/", side),
    path("net/books/", books),
    path("net/panel/", panel),
    path("net/trend/", trend),
]
