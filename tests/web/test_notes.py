"""The hand-over of a watch: written by one, signed for by another, with the facts between the two."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sibulou.duty.models import DutyNote
from sibulou.duty.note import write_note
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.audit import By
from tests.web.reading import links, words
from tests.web.scene import Scene

pytestmark = pytest.mark.django_db


def test_the_next_note_begins_with_the_facts_since_the_last(scene: Scene, signed_in):
    with acting(EVERYTHING):
        before = scene.now - timedelta(hours=31)  # the start key is pressed an hour later: nothing was owed yet
        write_note(area=scene.world.county, text="平安", by=By("何志远"), now=before)
    page = signed_in(scene.inside("county_duty")).get("/notes/").content.decode()
    assert "（当时 0 项）" in page
    assert "逾期 0 项" not in page


def test_one_writes_another_takes_over(scene: Scene, signed_in):
    writer, reader = signed_in(scene.inside("county_duty")), signed_in(scene.inside("county_secretary"))
    assert "等签收" in words(writer.post("/notes/", {"text": "西河没有村医"}, follow=True))
    with acting(EVERYTHING):
        note = DutyNote.objects.get()
    own = writer.post(f"/notes/{note.pk}/signature/")
    assert (own.status_code, "须由另一人签收" in words(own)) == (403, True)
    assert "现在由你值班" in words(reader.post(f"/notes/{note.pk}/signature/", follow=True))
    again = reader.post(f"/notes/{note.pk}/signature/")
    assert (again.status_code, "已由 何志远" in words(again)) == (409, True)


def test_the_waivers_are_linked_for_those_who_may_open_them(scene: Scene, signed_in):
    assert "/waivers/" in links(signed_in(scene.inside("county_duty")).get("/notes/"))
    auditor = signed_in(scene.inside("auditor"))
    assert "/waivers/" not in links(auditor.get("/notes/"))
    assert auditor.get("/waivers/").status_code == 403


@pytest.mark.parametrize("text", ["", " \n", "长" * 4001, "a\x00b"])
def test_a_note_takes_words(scene: Scene, signed_in, text: str):
    answer = signed_in(scene.inside("county_duty")).post("/notes/", {"text": text})
    assert answer.status_code == 422
    with acting(EVERYTHING):
        assert not DutyNote.objects.exists()


@pytest.mark.parametrize(("area", "status"), [("x", 404), ("1", 404), ("530498000000000000", 404)])
def test_notes_of_elsewhere_are_not_there(scene: Scene, signed_in, area: str, status: int):
    assert signed_in(scene.inside("county_duty")).get(f"/notes/?area={area}").status_code == status
