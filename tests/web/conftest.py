"""The small county, and a browser of somebody in it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import small
from django.test import Client

from sibulou.lib.clock import now
from sibulou.roster.models import User

SignIn = Callable[[User], Client]


@pytest.fixture
def county(db: None) -> small.Small:
    """The small county, as it stands now."""
    return small.build(now=now())


@pytest.fixture
def signed_in() -> SignIn:
    """Gives a client in which a user is signed in, reading Chinese."""

    def sign_in(user: User, language: str = "zh-hans") -> Client:
        client = Client(headers={"Accept-Language": language})
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in
