"""Addresses that lead nowhere and methods that an address does not take, in the sentence of a Problem."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language

from sibulou.lib.problem import Problem
from sibulou.roster.problems import OutOfReach


class OtherMethod(Problem):
    """An address asked for in a way it does not answer: a form's address opened as a page, mostly."""

    number = "405.1"
    zh = "这个网址不能这样打开，没有改动任何内容。请回到原来的页面，用页面上的按钮办理。"
    en = "This address cannot be opened in this way; nothing was changed. Go back and use the button on the page."


class OtherVerb(Problem):
    """An operation of the interface asked for in a way it does not take."""

    number = "405.2"
    zh = "接口的这个地址不接受 {method}，只接受 {allowed}。没有改动任何内容。请按接口说明（/api/v1/openapi.json）改正。"
    en = "This address of the interface takes only {allowed}, not {method}; nothing was done. See /api/v1/openapi.json."


class StalePage(Problem):
    """A form without the token of its session: opened before somebody signed in anew, or cookies are off."""

    number = "403.9"
    zh = (
        "这一页是重新登录之前打开的，或者浏览器不允许 Cookie，所以没有办理，没有改动任何内容。"
        "请返回上一页，刷新后再办；还不行，请允许本站使用 Cookie，再重新登录。"
    )
    en = (
        "This page was opened before you signed in anew, or the browser allows no cookies; nothing was changed. "
        "Go back, load the page again and repeat it; if that does not help, allow cookies here and sign in again."
    )


def say(request: HttpRequest, problem: Problem) -> HttpResponse:
    """A problem as a page, or as JSON under `/api/`, with its own status."""
    if request.path.startswith("/api/"):
        said = {"problem": problem.number, "zh": problem.say("zh"), "en": problem.say("en")}
        return JsonResponse(said, status=problem.status)
    facts = {"problem": problem, "sentence": problem.say(get_language() or "zh")}
    return render(request, "web/problem.html", facts, status=problem.status)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What is not there, or not for the asker: the same sentence for both, so that it tells nothing apart."""
    return say(request, OutOfReach())


def stale(request: HttpRequest, reason: str = "") -> HttpResponse:
    """In place of the framework's own page on a missing token, which speaks English alone and of what nobody knows."""
    return say(request, StalePage())


def not_allowed(request: HttpRequest, refused: HttpResponse) -> HttpResponse:
    """The page or JSON in place of an empty 405, with the methods that the address does take."""
    allowed = refused["Allow"]
    below = request.path.startswith("/api/")
    said = say(request, OtherVerb(method=request.method, allowed=allowed) if below else OtherMethod())
    said["Allow"] = allowed
    return said
