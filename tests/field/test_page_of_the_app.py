"""The page of the field app as anyone gets it: without a session, under a policy, all files of its release named."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from sibulou.web.pages.field_app import PAGE, release

pytestmark = pytest.mark.django_db
LIMIT = 150 * 1024


@pytest.fixture
def answers() -> Client:
    return Client()


def test_the_page_asks_nobody_who_he_is(answers: Client) -> None:
    response = answers.get("/m/")
    assert response.status_code == 200
    assert not response.cookies
    assert "unsafe" not in response["Content-Security-Policy"]
    assert "<script>" not in response.content.decode()
    assert "style=" not in response.content.decode()


def test_the_page_is_the_same_in_every_language(answers: Client) -> None:
    pages = {answers.get("/m/", headers={"Accept-Language": language}).content for language in ("zh-hans", "en")}
    assert len(pages) == 1


def test_the_worker_holds_the_page_and_every_file_it_may_ask_for(answers: Client) -> None:
    script = answers.get("/m/worker.js")
    head, _, body = script.content.decode().partition("\n")
    told = json.loads(head.removeprefix("const RELEASE = ").removesuffix(";"))
    assert script["Content-Type"].startswith("text/javascript")
    assert "addEventListener" in body
    assert told == {"version": release().version, "files": list(release().files), "later": list(release().later)}
    assert told["files"][0] == PAGE
    page = answers.get("/m/").content.decode()
    assert f'content="{told["version"]}"' in page
    for named in page.split('"')[1::2]:
        if named.startswith("/"):
            assert named in (*told["files"], *told["later"]), named


def test_the_home_screen_shows_pictures_that_are_there(answers: Client) -> None:
    told = answers.get("/m/app.webmanifest").json()
    assert (told["start_url"], told["scope"], told["display"]) == ("/m/", "/m/", "standalone")
    for icon in told["icons"]:
        assert finders.find(icon["src"].removeprefix("/static/")), icon


def test_the_first_load_is_under_150_kb_compressed(answers: Client) -> None:
    sizes = {file: _packed(answers, file) for file in release().files}
    assert sum(sizes.values()) < LIMIT, sorted(sizes.items(), key=lambda one: -one[1])[:8]


def _packed(answers: Client, file: str) -> int:
    if file.startswith("/m/"):
        return len(gzip.compress(answers.get(file).content, 9))
    found = finders.find(file.removeprefix("/static/"))
    assert found
    plain = Path(found).read_bytes()
    return min(len(plain), len(gzip.compress(plain, 9)))
