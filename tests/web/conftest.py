"""The small county with a response running, and a browser of somebody in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from sibulou.lib import database
from sibulou.lib.clock import now
from sibulou.roster.models import User
from tests.browser import Visit
from tests.web import scene as scenery
from tests.web.site_of_scene import PASSWORD, serving

SignIn = Callable[..., Client]


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[scenery.Scene]:
    """The scene, built once for a module in a transaction that is rolled back after it."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        around = transaction.atomic()
        around.__enter__()
        made = scenery.build(now=now())
    yield made
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        transaction.set_rollback(True)
        around.__exit__(None, None, None)


@pytest.fixture
def scene(built: scenery.Scene, db: None) -> scenery.Scene:
    """The scene as it was built, whatever the test before did to it."""
    return deepcopy(built)


@pytest.fixture
def signed_in() -> SignIn:
    """Gives a client in which a user is signed in, reading Chinese unless told otherwise."""

    def sign_in(user: User, language: str = "zh-hans") -> Client:
        client = Client(headers={"Accept-Language": language})
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


@pytest.fixture(scope="module")
def site(server: database.Connections, tables: str) -> Iterator[str]:
    """The address of the scene, served for browsers of one module."""
    with serving(server, tables) as address:
        yield address


@pytest.fixture
def visit(browser: Any, site: str) -> Iterator[Visit]:
    """Opens a page of the site as somebody, by user name, at a width and in a language; no script may fail.

    `at` is the address of another server of the same county; `more` is what else a new context of the browser takes.
    """
    contexts, wrong = [], list[str]()

    def open_page(
        name: str, path: str, *, width: int = 1280, language: str = "zh-CN", at: str = site, **more: object
    ) -> Any:  # fmt: skip
        context = browser.new_context(viewport={"width": width, "height": 900}, locale=language, base_url=at, **more)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto("/sign-in/?next=/account/")
        page.fill("#username", name)
        page.fill("#password", PASSWORD)
        page.click("button.primary")
        page.wait_for_url("**/account/")
        if path != "/account/":
            page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []
