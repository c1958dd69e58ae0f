"""What a browser is told beside every page: whose code it may run, what it may ask the device, and how it is packed.

No script stands in a page: a sentence that someone typed cannot become one. Styles come from our files, and style
attributes are allowed, which the chart library writes. A view that needs more, such as a field form that offers to
take the position, sets the header itself.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

Respond = Callable[[HttpRequest], HttpResponseBase]

CONTENT_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "style-src-attr 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
DEVICE_POLICY = ", ".join(
    f"{ability}=()"
    for ability in (
        "accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "hid", "magnetometer",
        "microphone", "midi", "payment", "serial", "usb",
    )
)  # fmt: skip
PACKED = ("application/json", "application/openapi+json", "text/csv", "application/geo+json")
"""What is compressed. No HTML: it carries the form token beside what someone typed, and sizes would tell of it."""


SECRET_PLACES = "/r/"
"""Addresses that carry a secret: nobody is told where one came from, and nothing is kept or indexed."""


def tell_the_browser(respond: Respond) -> Respond:
    """Middleware: the policies, unless the view has set its own."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = respond(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
        response.headers.setdefault("Permissions-Policy", DEVICE_POLICY)
        if request.path.startswith(SECRET_PLACES):
            response.headers["Referrer-Policy"] = "no-referrer"
            response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
            response.headers["Cache-Control"] = "private, no-store"
        return response

    return middleware


def pack(respond: Respond) -> Respond:
    """Middleware: compress data for whoever accepts it."""
    gzip = GZipMiddleware(lambda request: HttpResponse())

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = respond(request)
        kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind in PACKED and not response.has_header("Content-Encoding"):
            return gzip.process_response(request, response)
        return response

    return middleware
