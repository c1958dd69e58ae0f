"""An address that leads nowhere, and one asked for in a way it does not take, say so in a sentence."""

from __future__ import annotations

import pytest
from django.test import Client

from sibulou.roster.problems import OutOfReach
from sibulou.web.unfound import OtherMethod, StalePage
from tests.web.reading import words
from tests.web.scene import Scene

pytestmark = pytest.mark.django_db
NOWHERE = ["/no-such-page/", "/households/999999999/", "/events/999999999/"]


@pytest.mark.parametrize("address", NOWHERE)
@pytest.mark.parametrize(("language", "said"), [("zh-hans", OutOfReach.zh), ("en", OutOfReach.en)])
def test_what_is_not_there_is_said_with_the_way_on(scene: Scene, signed_in, address: str, language: str, said: str):
    answer = signed_in(scene.inside("county_duty"), language).get(address)
    assert answer.status_code == 404
    assert said in words(answer)
    assert OutOfReach.number in words(answer)
    assert 'href="/mine/"' in answer.content.decode()


@pytest.mark.parametrize("address", ["/sign-in/nowhere/", "/healthz/nowhere/"])
def test_a_stranger_gets_the_sentence_without_the_navigation(address: str):
    answer = Client(headers={"Accept-Language": "zh-hans"}).get(address)
    assert answer.status_code == 404
    assert OutOfReach.zh in words(answer)
    assert 'href="/mine/"' not in answer.content.decode()


def test_below_the_interface_it_is_json(scene: Scene, signed_in):
    answer = signed_in(scene.inside("county_duty")).get("/api/nowhere/")
    assert answer.status_code == 404
    assert answer.json() == {"problem": "404.1", "zh": OutOfReach.zh, "en": OutOfReach.en}


def test_a_form_opened_as_a_page_says_where_the_button_is(scene: Scene, signed_in):
    answer = signed_in(scene.inside("county_duty")).get(f"/events/{scene.event.pk}/stages/")
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert OtherMethod.zh in words(answer)


@pytest.mark.parametrize(("language", "said"), [("zh-hans", StalePage.zh), ("en", StalePage.en)])
def test_a_form_opened_before_one_signed_in_anew_says_so(scene: Scene, language: str, said: str):
    """As when another tab signed in meanwhile, and the token of this one is no longer the session's."""
    client = Client(enforce_csrf_checks=True, headers={"Accept-Language": language})
    client.get("/sign-in/")
    answer = client.post("/sign-in/", {"username": "li", "csrfmiddlewaretoken": "a" * 64})
    assert answer.status_code == 403
    assert said in words(answer)
    assert StalePage.number in words(answer)


def test_an_operation_asked_for_in_another_way_says_which_it_takes(scene: Scene, signed_in):
    answer = signed_in(scene.inside("county_duty")).get("/api/v1/records")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert answer.json()["problem"] == "405.2"
    assert "POST" in answer.json()["zh"] and "POST" in answer.json()["en"]
