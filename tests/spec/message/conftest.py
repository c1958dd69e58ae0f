"""A robot, a gateway and a post office of the test's own, and leave to speak to them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.spec.message.servers import Heard, http_server, smtp_server


@pytest.fixture
def web(settings: object) -> Iterator[Heard]:
    settings.MESSAGES_TO_LOOPBACK = True  # type: ignore[attr-defined]
    with http_server() as heard:
        yield heard


@pytest.fixture
def post_office(settings: object) -> Iterator[Heard]:
    settings.MESSAGES_TO_LOOPBACK = True  # type: ignore[attr-defined]
    with smtp_server() as heard:
        yield heard
