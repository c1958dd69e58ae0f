"""The field app at `/m/`: one page, its service worker and its manifest, the same for everybody and without a session.

A **release** is the page with all the files it may ever ask for. Its version is a digest of their contents: the worker
holds exactly the files of one release and fetches them anew when the version changes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

PAGE = "/m/"
MANIFEST = "/m/app.webmanifest"
WORKER = "field/worker.js"
FIRST = (
    "app", "bus", "clock", "door", "draw", "idle", "queue", "release", "route", "screens", "seal", "store", "sync",
    "words",
)  # fmt: skip
"""The modules that are asked for at once; the screens follow when they are shown."""
LIBRARIES = ("vendor/dexie.min.mjs", "vendor/cel/evaluator.js")
"""What the app cannot do without; of the second everything beside it, since its modules name each other."""
UNUSED = ("vendor/cel/index.js", "vendor/cel/serialize.js")
"""What lies beside a library and is never asked for."""
LANE = ("field/plates.js", "field/lane.js", "field/lane_words.js", "field/screens/passage.js")
"""The lane of a post. Where it has not come yet, the plain form serves."""
CARD = ("field/card_words.js", "field/screens/card.js")
"""The flow card of a post."""
LATER = (*LANE, *CARD, "field/camera.js", "vendor/jsQR.js", "field/icon-192.png", "field/icon-512.png")
"""What comes after the first load, where there is signal: the app goes on without it."""
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "worker-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
ABILITIES = (
    "camera=(self), geolocation=(self), microphone=(self), accelerometer=(), display-capture=(), midi=(), usb=()"
)
"""Scanning a code, a voice note, a position where the duty needs it: each is asked for when it is used."""


@dataclass(frozen=True)
class Release:
    """The files of one release by their addresses, and the digest of what is in them. `later` may be missing."""

    version: str
    files: Sequence[str]
    later: Sequence[str]


@cache
def release() -> Release:
    """What this server serves; the files do not change while it runs."""
    names = [*_beside("field/app.js"), LIBRARIES[0], *_beside(LIBRARIES[1])]
    digest = hashlib.sha256()
    for name in (*names, *LATER, WORKER):
        digest.update(name.encode() + b"\0" + _source(name).read_bytes() + b"\0")
    digest.update(render_to_string("field/app.html", _links("")).encode())
    return Release(digest.hexdigest()[:16], [PAGE, MANIFEST, *map(static, names)], [static(name) for name in LATER])


def _beside(name: str) -> list[str]:
    """Every file of the folder that a file lies in, but the worker and what comes later or never."""
    root, folder = _source(name).parent, name.rpartition("/")[0]
    found = (f"{folder}/{path.relative_to(root).as_posix()}" for path in root.rglob("*") if path.is_file())
    return sorted(set(found) - {WORKER, *LATER, *UNUSED})


def _source(name: str) -> Path:
    found = finders.find(name)
    if found is None:
        raise FileNotFoundError(f"{name} is missing; tools/setup.py brings the browser parts")
    return Path(found)


def _links(version: str) -> dict[str, object]:
    return {
        "version": version,
        "app": static("field/app.js"),
        "style": static("field/field.css"),
        "icon": static("field/icon.svg"),
        "picture": static("field/icon-192.png"),
        "modules": [*(static(f"field/{name}.js") for name in FIRST), static(LIBRARIES[0])],
    }


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The page of the app; everything else happens in its modules."""
    return _told(HttpResponse(render_to_string("field/app.html", _links(release().version))))


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, headed by the release it holds."""
    head = json.dumps(asdict(release()))
    body = f"const RELEASE = {head};\n{_source(WORKER).read_text(encoding='utf-8')}"
    return _told(HttpResponse(body, content_type="text/javascript; charset=utf-8"))


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What a telephone shows of the app on its home screen."""
    icons = [
        {"src": static("field/icon.svg"), "sizes": "any", "type": "image/svg+xml"},
        {"src": static("field/icon-192.png"), "sizes": "192x192", "type": "image/png"},
        {"src": static("field/icon-512.png"), "sizes": "512x512", "type": "image/png", "purpose": "any maskable"},
    ]
    told = {
        "id": PAGE,
        "name": "四不漏",
        "short_name": "四不漏",
        "lang": "zh-Hans",
        "start_url": PAGE,
        "scope": PAGE,
        "display": "standalone",
        "orientation": "portrait",
        "theme_color": "#0e1a26",
        "background_color": "#eef1f4",
        "icons": icons,
    }
    return _told(JsonResponse(told, content_type="application/manifest+json"))


def _told(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-cache"
    response["Content-Security-Policy"] = POLICY
    response["Permissions-Policy"] = ABILITIES
    return response


urlpatterns: list[URLPattern] = [
    path("m/", page),
    path("m/worker.js", worker),
    path("m/app.webmanifest", manifest),
]
