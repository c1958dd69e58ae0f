"""Set-up that the tests of the board pages share: the scene four days on, when households have gaps of their own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from sibulou.duty.models import Obligation
from sibulou.lib.clock import now
from sibulou.roster.access import EVERYTHING, acting
from tests.web import scene as scenery

DAYS = 4


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[scenery.Scene]:
    """Takes the place of the fixture of this name in conftest."""
    with django_db_blocker.unblock():
        around = transaction.atomic()
        around.__enter__()
        made = scenery.build(now=now(), hours=24 * DAYS)
    yield made
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        around.__exit__(None, None, None)


def overdue(scene: scenery.Scene, **where: object) -> Obligation:
    """The oldest obligation that is overdue by an hour or more."""
    with acting(EVERYTHING):
        late = Obligation.objects.filter(met_at=None, due_at__lte=scene.now - timedelta(hours=1), **where)
        return late.order_by("due_at", "pk")[0]


def text_of(client: Client, address: str, **asked: object) -> str:
    """The page at an address, streamed or not."""
    answer = client.get(address, asked)
    assert answer.status_code == 200, answer.status_code
    return b"".join(answer).decode()
