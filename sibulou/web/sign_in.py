"""Sign-in, sign-out, lock-out after five, and the language switch."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from sibulou.lib.problem import Problem
from sibulou.roster.access import Reach, acting
from sibulou.roster.audit import By, audit
from sibulou.roster.models import User
from sibulou.roster.second_factor import WrongCode, device_of, fits
from sibulou.web.unfound import say

_HALF = "half_signed_in"
_PATIENCE = 300  # seconds between password and code


class LockedOut(Problem):
    """Five wrong passwords in a row."""

    number = "429.1"
    zh = "密码连续输错五次，账号已暂时锁定。请十五分钟后再试，或请管理员解锁。"
    en = "Five wrong passwords: the account is locked for now. Try again in fifteen minutes, or ask the administrator."


class NotSignedIn(Problem):
    """Name and password do not go together."""

    number = "401.2"
    zh = "用户名或密码不对。请检查大小写后重新输入。"
    en = "User name and password do not match. Check capitals and type them again."


class HalfSignedIn(Problem):
    """A code without a password just before it."""

    number = "401.3"
    zh = "距离输入密码已经太久。请重新输入用户名和密码。"
    en = "The password was typed too long ago. Type user name and password again."


class SignIn(forms.Form):
    """User name and password, nothing else."""

    username = forms.CharField(max_length=40)
    password = forms.CharField(max_length=128, strip=False)


@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page."""
    onward = _onward(request)
    if request.method == "GET":
        return render(request, "web/sign_in.html", {"next": onward})
    form = SignIn(request.POST)
    user = None
    if "code" in request.POST:
        return _second_step(request, onward)
    if form.is_valid():
        user = authenticate(request, **form.cleaned_data)
    if user is None:
        locked = getattr(request, "axes_locked_out", False)
        problem: Problem = LockedOut() if locked else NotSignedIn()
        said = {"next": onward, "sentence": problem.say(get_language() or "zh"), "typed": request.POST.get("username")}
        return render(request, "web/sign_in.html", said, status=problem.status)
    if device_of(user) is not None:
        request.session[_HALF] = {"user": user.pk, "at": request.now.timestamp()}  # type: ignore[attr-defined]
        return render(request, "web/sign_in.html", {"next": onward, "code": True})
    return _enter(request, user, onward)


def _second_step(request: HttpRequest, onward: str) -> HttpResponse:
    """The code, after the right password: for five minutes, as often as the codes are not slowed down."""
    half = request.session.get(_HALF) or {}
    late = request.now.timestamp() - half.get("at", 0) > _PATIENCE  # type: ignore[attr-defined]
    user = User.objects.filter(pk=half.get("user", 0), is_active=True).first()
    problem: Problem
    if late or user is None:
        request.session.pop(_HALF, None)
        problem = HalfSignedIn()
        said = {"next": onward, "sentence": problem.say(get_language() or "zh")}
        return render(request, "web/sign_in.html", said, status=problem.status)
    if not fits(user=user, code=request.POST["code"]):
        problem = WrongCode()
        asked = {"next": onward, "sentence": problem.say(get_language() or "zh"), "code": True}
        return render(request, "web/sign_in.html", asked, status=problem.status)
    return _enter(request, user, onward)


def _enter(request: HttpRequest, user: User, onward: str) -> HttpResponse:
    request.session.pop(_HALF, None)
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    with acting(Reach(user_id=user.pk)):
        audit("account.sign_in", by=By(user.name, "", user.pk), now=request.now)  # type: ignore[attr-defined]
    return HttpResponseRedirect(onward)


def _onward(request: HttpRequest) -> str:
    """Where to after signing in; never to another site."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else "/"


def locked_out(request: HttpRequest, credentials: object, *args: object, **kwargs: object) -> HttpResponse:
    """What a locked account is told: on the page, or as JSON where a device asks."""
    if request.path.startswith("/api/"):
        return say(request, LockedOut())
    said = {"next": _onward(request), "sentence": LockedOut().say(get_language() or "zh")}
    return render(request, "web/sign_in.html", said, status=LockedOut().status)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Leave."""
    logout(request)
    return HttpResponseRedirect("/sign-in/")


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Switch between Chinese and English, and stay on the page."""
    response = HttpResponseRedirect(_onward(request))
    chosen = request.POST.get("language")
    if chosen in dict(settings.LANGUAGES):
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, max_age=365 * 86400, samesite="Lax")
    return response
