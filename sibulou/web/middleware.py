"""Sign-in first; problems in sentences."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

Respond = Callable[[HttpRequest], HttpResponse]


def sign_in_first(respond: Respond) -> Respond:
    """Pass."""
    return respond


def say_problems(respond: Respond) -> Respond:
    """Pass."""
    return respond
