"""One's own account: seats, password, language."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from sibulou.lib.problem import Problem
from sibulou.roster.accounts import change_password, choose_language
from sibulou.roster.models import User
from sibulou.roster.seal import work_phone
from sibulou.web.labels import language, word
from sibulou.web.middleware import Asking
from sibulou.web.pages.accounts import terms_of


@require_GET
def own(request: Asking) -> HttpResponse:
    """One's own account."""
    return _draw_own(request)


def _draw_own(request: Asking, *, sentence: str = "", status: int = 200) -> HttpResponse:
    facts = {
        "terms": [term for term in terms_of(request, Q(user=request.user)) if term.current],
        "phone": work_phone(request.user),
        "languages": settings.LANGUAGES,
        "sentence": sentence,
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
]
