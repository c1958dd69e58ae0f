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
    if form.is_valid():
        user = authenticate(request, **form.cleaned_data)
    if user is None:
        locked = getattr(request, "axes_locked_out", False)
        problem: Problem = LockedOut() if locked else NotSignedIn()
        said = {"next": onward, "sentence": problem.say(get_language() or "zh"), "typed": request.POST.get("username")}
        return render(request, "web/sign_in.html", said, status=problem.status)
    login(request, user)
    with acting(Reach(user_id=user.pk)):
        audit("account.sign_in", by=By(user.name, "", user.pk), now=request.now)  # type: ignore[attr-defined]
    return HttpResponseRedirect(onward)


def _onward(request: HttpRequest) -> str:
    """Where to after signing in; never to another site."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else "/"


def locked_out(request: HttpRequest, credentials: object, *args: object, **kwargs: object) -> HttpResponse:
    """What a locked account is told."""
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
