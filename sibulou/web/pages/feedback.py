"""Feedback: what somebody on the ground wants changed, kept with a name and never lost."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods

from sibulou.lib.problem import Problem
from sibulou.roster.audit import audit
from sibulou.roster.models import Seat
from sibulou.web.labels import language, pick
from sibulou.web.middleware import Asking
from sibulou.web.texts import words_of

LONGEST = 1000


class EmptyFeedback(Problem):
    """Feedback without words."""

    number = "422.88"
    zh = "还没有写内容。请写下哪里不方便、希望怎么改。"
    en = "There are no words yet. Write what is in the way, and what you would rather have."


@require_http_methods(["GET", "POST"])
def feedback(request: Asking) -> HttpResponse:
    """The form, and what is done with it."""
    if request.method == "GET":
        return render(request, "web/feedback.html", {"most": LONGEST, "text": ""})
    text = request.POST.get("text", "")
    try:
        words = words_of(text, LONGEST)
        if not words:
            raise EmptyFeedback
    except Problem as problem:
        facts = {"most": LONGEST, "text": text, "sentence": problem.say(language())}
        return render(request, "web/feedback.html", facts, status=problem.status)
    home = Seat.objects.filter(pk__in=request.reach.seats).order_by("area").values_list("area", flat=True).first()
    audit("feedback", by=request.by, now=request.now, area=home, text=words)
    zh, en = "收到了，谢谢。县里会看到你的意见。", "Thank you; the county will read it."
    messages.success(request, pick((zh, en), language()))
    return HttpResponseRedirect("/feedback/")


urlpatterns: list[URLPattern] = [path("feedback/", feedback)]
