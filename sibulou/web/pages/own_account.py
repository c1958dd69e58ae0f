"""One's own account: seats, password, language."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from sibulou.lib.problem import Problem
from sibulou.roster.accounts import change_password, choose_language
from sibulou.roster.models import User
from sibulou.roster.problems import NotInTheList
from sibulou.roster.seal import work_phone
from sibulou.roster.second_factor import (
    ADVISED,
    WrongCode,
    begin,
    confirm,
    device_of,
    fits,
    picture_of,
    remove,
    secret_of,
)
from sibulou.web.labels import language, pick, word
from sibulou.web.middleware import Asking
from sibulou.web.pages.accounts import terms_of

_PICTURE = (
    "手机验证码的二维码；看不见的请用下面的密钥",
    "The sign-in code's secret as a QR code; the same stands below to type",
)


@never_cache
@require_GET
def own(request: Asking) -> HttpResponse:
    """One's own account."""
    return _draw_own(request)


def _draw_own(request: Asking, *, sentence: str = "", status: int = 200) -> HttpResponse:
    begun = device_of(request.user, confirmed=False)
    facts = {
        "terms": [term for term in terms_of(request, Q(user=request.user)) if term.current],
        "phone": work_phone(request.user),
        "languages": settings.LANGUAGES,
        "sentence": sentence,
        "device": device_of(request.user),
        "begun": begun,
        "secret": secret_of(begun) if begun else "",
        "picture": mark_safe(picture_of(begun, title=word(*_PICTURE))) if begun else "",
        "advised": bool(ADVISED & set(request.reach.roles)),
    }
    return render(request, "web/account.html", facts, status=status)


@sensitive_post_parameters("old", "new")
@require_POST
def own_password(request: Asking) -> HttpResponse:
    """Change one's own password, and stay signed in."""
    user = User.objects.get(pk=request.user.pk)
    try:
        change_password(
            user=user,
            old=request.POST.get("old", ""),
            new=request.POST.get("new", ""),
            by=request.by,
            now=request.now,
        )
    except Problem as problem:
        return _draw_own(request, sentence=problem.say(language()), status=problem.status)
    update_session_auth_hash(request, user)
    messages.success(request, word("密码已更改。", "Your password is changed."))
    return HttpResponseRedirect("/account/")


_SAID = {
    "begin": ("请在手机上登记密钥，再填验证码确认。", "Enter the secret on your phone, then confirm with a code."),
    "confirm": ("已启用，下次登录要填手机验证码。", "It is on: at the next sign-in a code is asked for."),
    "remove": ("已停用手机验证码。", "No code is asked for any more."),
}


@never_cache
@sensitive_post_parameters("code")
@require_POST
def own_code(request: Asking) -> HttpResponse:
    """Set up a code at sign-in, confirm it, or do without it again."""
    user, step, code = User.objects.get(pk=request.user.pk), request.POST.get("step", ""), request.POST.get("code", "")
    try:
        if step == "begin":
            begin(user=user)
        elif step == "confirm":
            confirm(user=user, code=code, by=request.by, now=request.now)
        elif step == "remove":
            if device_of(user) is not None and not fits(user=user, code=code):
                raise WrongCode
            remove(user=user, by=request.by, now=request.now)
        else:
            raise NotInTheList(field="step", given=step[:20], allowed=", ".join(_SAID))
    except Problem as problem:
        return _draw_own(request, sentence=problem.say(language()), status=problem.status)
    messages.success(request, pick(_SAID[step], language()))
    return HttpResponseRedirect("/account/")


@require_POST
def own_language(request: Asking) -> HttpResponse:
    """Choose the language of the pages, here and on the next device."""
    wanted = request.POST.get("language", "")
    choose_language(user=request.user, language=wanted)
    response = HttpResponseRedirect("/account/")
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, wanted, max_age=365 * 86400, samesite="Lax")
    return response


urlpatterns: list[URLPattern] = [
    path("account/", own),
    path("account/password/", own_password),
    path("account/language/", own_language),
    path("account/code/", own_code),
]
