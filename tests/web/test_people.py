"""Finding people: by name, by number, within one's area, and no number in an address."""

from __future__ import annotations

from datetime import date

import pytest

from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.audit import By
from sibulou.roster.households import add_person
from tests.web.reading import words
from tests.web.scene import Scene
from tests.world import identity_of

pytestmark = pytest.mark.django_db
NUMBER, PHONE = identity_of(date(1990, 1, 1), 417), "15400009876"


@pytest.fixture
def listed(scene: Scene) -> Scene:
    """The scene with somebody whose number and telephone are known."""
    with acting(EVERYTHING):
        add_person(
            household=scene.world.zhang, name="查得着", by=By("名册", "", None), now=scene.now, identity=NUMBER,
            phone=PHONE, demo=True,
        )  # fmt: skip
    return scene


@pytest.fixture(autouse=True)
def demo(settings) -> None:
    settings.DEMO = True


def test_a_person_is_found_by_name_with_household_and_place(listed: Scene, signed_in):
    page = words(signed_in(listed.inside("county_duty")).get("/people/?q=查得着"))
    assert "查得着" in page
    assert listed.world.zhang.subject.label in page
    assert NUMBER not in page and PHONE not in page


@pytest.mark.parametrize("sent", [{"identity": NUMBER}, {"phone": PHONE}, {"phone": "154 0000 9876"}])
def test_a_person_is_found_by_number_and_shown_masked(listed: Scene, signed_in, sent: dict[str, str]):
    answer = signed_in(listed.inside("county_duty")).post("/people/", sent)
    page = answer.content.decode()
    assert "查得着" in page
    assert NUMBER not in page and PHONE not in page
    assert f"530*************{NUMBER[-2:]}" in page


def test_nobody_is_found_outside_ones_area(listed: Scene, signed_in):
    elsewhere = signed_in(listed.outside["county_duty"])
    for answer in (elsewhere.get("/people/?q=查得着"), elsewhere.post("/people/", {"phone": PHONE})):
        assert "名册上没有查到" in words(answer)


def test_a_search_without_a_number_or_with_a_wrong_one_is_answered_in_a_sentence(listed: Scene, signed_in):
    client = signed_in(listed.inside("county_duty"), "en")
    assert "Neither an identity number nor a telephone" in words(client.post("/people/", {}))
    assert client.post("/people/", {"phone": "12"}).status_code == 422
    assert client.get("/people/?q=%00").status_code == 200


def test_a_number_takes_post(listed: Scene, signed_in):
    """A number in an address finds nobody: addresses are logged."""
    client = signed_in(listed.inside("county_duty"))
    assert "查得着" not in words(client.get(f"/people/?q={NUMBER}&identity={NUMBER}&phone={PHONE}"))
