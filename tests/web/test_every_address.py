"""Every address and every operation of the interface, for every role, inside its area and outside, and for strangers.

`ADDRESSES` says for each what it takes and to whom it answers; an address that is not in it fails the test. What a
role may see is said here a second time, in plain Python over the table of roles, and not asked of the database.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from sibulou.roster.access import EVERYTHING, acting
from tests.web.addresses import ADDRESSES, Entry
from tests.web.everybody import LASTING, everybody
from tests.web.one_of_everything import PIXEL, Things, things_of
from tests.web.scene import Scene
from tests.web.who_may import OK

pytestmark = pytest.mark.django_db


def routes(patterns: list[URLPattern | URLResolver] | None = None, before: str = "") -> Iterator[str]:
    """Every route of the house."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route


def test_every_address_is_in_the_table():
    """A new address belongs into ADDRESSES, with the word who may open it."""
    found = {route for route in routes() if route != "api/v1/"}
    assert found == set(ADDRESSES)


def ask(client: Client, entry: Entry, route: str, things: Things, method: str) -> int:
    """Ask for an address, and leave everything as it was."""
    path = f"/{route}"
    for name, value in entry.fill(things).items():
        typed = f"{value:018d}" if name == "key" and isinstance(value, int) else str(value)
        for kind in ("int:", "uuid:", "slug:", "str:", "path:", ""):
            path = path.replace(f"<{kind}{name}>", typed)
    query = "&".join(f"{key}={value}" for key, value in entry.query(things).items())
    address = f"{path}?{query}" if query else path
    with transaction.atomic():
        if method == "GET":
            said = client.get(address)
        else:
            sent = {"content_type": "application/json"} if entry.json else {}
            said = client.put(address, PIXEL) if entry.put else client.post(address, entry.data(things), **sent)
        transaction.set_rollback(True)
    return said.status_code


@pytest.fixture
def things(scene: Scene) -> Things:
    return things_of(scene)


@pytest.mark.parametrize("role", LASTING)
def test_a_role_opens_what_it_may_and_nothing_else(things: Things, signed_in, role: str):
    """Inside with the right: a page. Outside: nothing is there. Without the right: a sentence."""
    wrong = []
    for who in everybody(things.scene):
        if who.role != role:
            continue
        client = signed_in(who.user)
        for route, entry in ADDRESSES.items():
            if entry.open:
                continue
            for method, judge in (("GET", entry.get), ("POST", entry.post)):
                if judge is None:
                    continue
                with acting(EVERYTHING):
                    expected = judge(who, things)
                status = ask(client, entry, route, things, method)
                if status not in (expected if isinstance(expected, frozenset) else {expected}):
                    wrong.append(f"{who.user.name} {method} /{route}: {status}, not {expected}")
    assert not wrong, "\n".join(wrong)


def test_a_stranger_is_sent_to_sign_in(things: Things):
    """Nothing but the sign-in page, the language and the sign of life answers a stranger."""
    client = Client()
    for route, entry in ADDRESSES.items():
        for method, judge in (("GET", entry.get), ("POST", entry.post)):
            if judge is None:
                continue
            status = ask(client, entry, route, things, method)
            if entry.open:
                assert status in OK, route
            elif route.startswith("api/"):
                assert status == entry.closed, route
            else:
                assert status == 302, route
                assert client.get(f"/{route}".split("<", maxsplit=1)[0]).url.startswith("/sign-in/")


def test_nothing_changes_by_looking(things: Things, signed_in):
    """An address that changes something takes POST; one that only shows does not."""
    client = signed_in(things.scene.inside("county_duty"))
    for route, entry in ADDRESSES.items():
        if entry.open:
            continue
        if entry.get is None:
            assert ask(client, entry, route, things, "GET") == 405, route
        if (
            entry.post is None or entry.put
        ) and route != "api/v1/openapi.json":  # the library answers its description to any method
            assert ask(client, replace(entry, put=False), route, things, "POST") == 405, route
