"""Two plans in force in one county, with forms of one name that ask different things: the daily close."""

from __future__ import annotations

import json
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from sibulou.duty import force
from sibulou.duty.models import Obligation, Record
from sibulou.duty.reconcile import reconcile
from sibulou.lib.uuid7 import uuid7
from sibulou.plans import shipped
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.models import Subject
from tests.web.reading import hidden, links, words
from tests.web.scene import Scene
from tests.world import BY

pytestmark = pytest.mark.django_db


@pytest.fixture
def village(scene: Scene) -> Subject:
    """The village whose close is told; dengue runs in the county beside the plan of 2020."""
    with acting(EVERYTHING):
        text = shipped()["dengue"].read_text(encoding="utf-8")
        version = force.load(text, file="dengue.yaml", by=BY, now=scene.now)
        level = force.plan_of(version).levels[0].key
        force.activate(area=scene.world.county, version=version, level=level, title="登革热", notice="第2号通告",
                       legal_basis="《传染病防治法》", by=BY, now=scene.now)  # fmt: skip
        reconcile(now=scene.now)
        return Subject.objects.get(kind="area", area_id=scene.world.village_a.pk)


@pytest.fixture
def secretary(scene: Scene, signed_in) -> Client:
    return signed_in(scene.inside("village_secretary", "village_a"))


CLOSE = {"rows": "5", "total": "5", "zero": "false"}


def _plans(record: str) -> list[str]:
    with acting(EVERYTHING):
        return Record.objects.get(pk=record).plans


def test_the_list_of_forms_names_the_plan_where_two_ask_different_things(village: Subject, secretary: Client):
    page = secretary.get(f"/subjects/{village.pk}/records/new/")
    found = [address for address in links(page) if "form=daily_close&" in address]
    assert [address.partition("plan=")[2] for address in found] == ["covid19_2020", "dengue"]
    assert "日清日结 新型冠状病毒肺炎疫情联防联控预案（2020）" in words(page)
    assert "日清日结 登革热防控预案" in words(page)
    assert len([address for address in links(page) if "form=daily_close_amended&" in address]) == 1


def test_each_form_asks_what_its_own_plan_asks(village: Subject, secretary: Client):
    address = f"/subjects/{village.pk}/records/new/?form=daily_close&plan="
    assert 'name="abnormal"' in secretary.get(f"{address}covid19_2020").content.decode()
    assert 'name="abnormal"' not in secretary.get(f"{address}dengue").content.decode()


def test_a_form_of_a_plan_that_has_none_such_says_so(village: Subject, secretary: Client):
    answer = secretary.get(f"/subjects/{village.pk}/records/new/?form=daily_close&plan=measles")
    assert answer.status_code == 422
    assert "没有名为" in words(answer)


def test_what_the_page_hands_in_counts_for_its_plan_and_so_does_its_correction(
    scene: Scene, village: Subject, secretary: Client
):
    address = f"/subjects/{village.pk}/records/new/?form=daily_close&plan=dengue"
    page = secretary.get(address)
    sent = {**CLOSE, "id": hidden(page, "id"), "happened_at": _local(scene.now)}
    shown = secretary.post(address, sent, follow=True)
    assert _plans(sent["id"]) == ["dengue"]
    (correction,) = [one for one in links(shown) if "corrects=" in one]
    assert correction.endswith("plan=dengue")
    again = {**sent, "id": hidden(secretary.get(correction), "id"), "total": "6"}
    secretary.post(correction, again)
    assert _plans(again["id"]) == ["dengue"]


@pytest.mark.parametrize(("named", "counts"), [("dengue", "dengue"), ("", "covid19_2020")])
def test_the_interface_takes_the_plan_with_the_record(
    scene: Scene, village: Subject, secretary: Client, named: str, counts: str
):
    record = {"id": str(uuid7(scene.now)), "form": "daily_close", "subject": str(village.pk),
              "happened_at": scene.now.isoformat(), "content": {"rows": 5, "total": 5, "zero": False}}  # fmt: skip
    if named:
        record["plan"] = named
    body = json.dumps({"records": [record]})
    said = secretary.post("/api/v1/records", body, content_type="application/json").json()
    assert said["records"][0]["outcome"] == "accepted"
    assert _plans(record["id"]) == [counts]
    with acting(EVERYTHING):
        met = Obligation.objects.filter(met_by=record["id"]).values_list("duty__plan_key", flat=True)
        assert set(met) <= {counts}


def _local(now: datetime) -> str:
    return f"{now.astimezone(ZoneInfo('Asia/Shanghai')):%Y-%m-%dT%H:%M}"
