"""Whose token a request bears: the middleware has looked it up, and the operation asks whether it did."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest
from ninja.security.http import HttpAuthBase

from sibulou.field.models import Device


class DeviceToken(HttpAuthBase):
    """`Authorization: Device <token>`. No cookie comes with it, so no form token is asked for."""

    openapi_scheme = "device"

    def __call__(self, request: HttpRequest) -> Any | None:
        """The device, if the request came with one."""
        return carrying(request)


def carrying(request: HttpRequest) -> Device | None:
    """The device that a request comes from; None for a browser."""
    return cast("Device | None", getattr(request, "device", None))
