"""Whose token a request bears: the middleware has looked it up, and the operation asks whether it did."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja.security.http import HttpAuthBase


class DeviceToken(HttpAuthBase):
    """`Authorization: Device <token>`. No cookie comes with it, so no form token is asked for."""

    openapi_scheme = "device"

    def __call__(self, request: HttpRequest) -> Any | None:
        """The device, if the request came with one."""
        return getattr(request, "device", None)
