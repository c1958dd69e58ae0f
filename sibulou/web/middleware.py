"""Who is asking, until when, and what went wrong in a sentence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, JsonResponse
from django.utils.http import urlencode

from sibulou.lib.clock import now
from sibulou.lib.problem import Problem
from sibulou.roster.access import NOTHING, Reach, acting, reach_of
from sibulou.roster.audit import By
from sibulou.roster.models import User
from sibulou.roster.role import ROLES
from sibulou.web.unfound import not_allowed, say

Respond = Callable[[HttpRequest], HttpResponse]
OPEN_PATHS = ("/sign-in/", "/static/", "/language/", "/healthz/", "/m/")


class Asking(HttpRequest):
    """A request of someone signed in, with the moment it is judged at. Views take this."""

    user: User
    reach: Reach
    by: By
    now: datetime


def sign_in_first(respond: Respond) -> Respond:
    """Send strangers to the sign-in page; let everyone else act within his reach, inside one transaction."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.now = now()  # type: ignore[attr-defined]
        request.reach = NOTHING  # type: ignore[attr-defined]
        if request.path.startswith(OPEN_PATHS):
            return respond(request)
        user = request.user
        if isinstance(user, AnonymousUser) or not user.is_active:
            if request.path.startswith("/api/"):
                return JsonResponse({"problem": "401.1", "zh": "请先登录。", "en": "Sign in first."}, status=401)
            return HttpResponseRedirect(f"/sign-in/?{urlencode({'next': request.get_full_path()})}")
        return _within_reach(request, user, respond)

    return middleware


def _within_reach(request: HttpRequest, user: User, respond: Respond) -> HttpResponse:
    reach = reach_of(user, now=request.now)  # type: ignore[attr-defined]
    role = reach.roles[0] if reach.roles else ""
    request.reach = reach  # type: ignore[attr-defined]
    request.by = By(user.name, ROLES[role].zh if role else "", user.pk)  # type: ignore[attr-defined]
    with acting(reach):
        response = respond(request)
        if hasattr(response, "render"):
            response.render()
    return response


class SayProblems:
    """A Problem becomes a page or JSON with its own status: one sentence, in the reader's language."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.respond(request)
        if isinstance(response, HttpResponseNotAllowed) and not request.path.startswith("/api/"):
            return not_allowed(request, response)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Problem):
            return None
        return say(request, exception)
