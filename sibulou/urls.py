"""Every address of the house. No verb in a URL; each page module lists its own."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path

from sibulou.api.v1 import api
from sibulou.web import sign_in, unasked
from sibulou.web.pages import (
    accounts,
    area_changes,
    areas,
    audit_trail,
    chain,
    changing,
    channels,
    concerned,
    cordon,
    devices,
    entering,
    event,
    events,
    feedback,
    field_app,
    gaps,
    inbox,
    links,
    mine,
    moving,
    net,
    notes,
    obligations,
    own_account,
    paper,
    paper_new,
    paper_pages,
    passages,
    people,
    post_life,
    records,
    refusals,
    roads,
    strictness,
    subjects,
    things,
    waivers,
)


def healthz(request: HttpRequest) -> HttpResponse:
    """Alive."""
    return HttpResponse("ok", content_type="text/plain")


handler404 = "sibulou.web.unfound.not_found"
urlpatterns: list[URLPattern | URLResolver] = [
    path("sign-in/", sign_in.sign_in),
    path("sign-out/", sign_in.sign_out),
    path("language/", sign_in.language),
    path("healthz/", healthz),
    path("favicon.ico", unasked.favicon),
    path("robots.txt", unasked.robots),
    path("api/v1/", api.urls),
    *net.urlpatterns,
    *accounts.urlpatterns,
    *audit_trail.urlpatterns,
    *area_changes.urlpatterns,
    *changing.urlpatterns,
    *entering.urlpatterns,
    *chain.urlpatterns,
    *concerned.urlpatterns,
    *cordon.urlpatterns,
    *devices.urlpatterns,
    *channels.urlpatterns,
    *event.urlpatterns,
    *events.urlpatterns,
    *feedback.urlpatterns,
    *field_app.urlpatterns,
    *links.urlpatterns,
    *inbox.urlpatterns,
    *mine.urlpatterns,
    *moving.urlpatterns,
    *notes.urlpatterns,
    *obligations.urlpatterns,
    *own_account.urlpatterns,
    *paper.urlpatterns,
    *paper_new.urlpatterns,
    *paper_pages.urlpatterns,
    *passages.urlpatterns,
    *people.urlpatterns,
    *records.urlpatterns,
    *refusals.urlpatterns,
    *roads.urlpatterns,
    *strictness.urlpatterns,
    *subjects.urlpatterns,
    *things.urlpatterns,
    *post_life.urlpatterns,
    *waivers.urlpatterns,
    *gaps.urlpatterns,
    *areas.urlpatterns,
]
