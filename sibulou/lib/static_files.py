"""Static files under names that change with their content, so that a browser may keep them and never shows old ones.

Bringing them together writes each a second time as `base.3f2a91c4d7e8.css`, with `import` and `url()` inside pointing
to such names, a compressed twin beside it, and a manifest. Pages name the hashed file: a new release is seen at the
next page, and nothing is fetched twice. `with_static` serves what the manifest lists, before any page is asked.
"""

from __future__ import annotations

import gzip
import mimetypes
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage

YEAR = 365 * 24 * 3600
SHORT = 300
WORDS = {".css", ".js", ".mjs", ".json", ".svg", ".txt", ".map", ".webmanifest"}
"""What is worth compressing; pictures and fonts are compressed already."""

for _type, _ending in (("text/javascript", ".js"), ("text/javascript", ".mjs"), ("image/svg+xml", ".svg")):
    mimetypes.add_type(_type, _ending)  # a machine's own list may say otherwise, and browsers then refuse modules

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class HashedFiles(ManifestStaticFilesStorage):
    """The files brought together, hashed, with a gzip twin of each that gains by it."""

    support_js_module_import_aggregation = True
    max_post_process_passes = 20  # as deep as modules import each other

    def stored_name(self, name: str) -> str:
        """The hashed name that the manifest gives, or the plain one of a file that was not brought together."""
        plain = self.clean_name(name)
        return str(self.hashed_files.get(self.hash_key(plain), plain))

    def hashed_name(self, name: str, content: Any = None, filename: str | None = None) -> str:
        """A browser part that is not installed keeps its plain name: the page does without it."""
        try:
            return str(super().hashed_name(name, content, filename))
        except ValueError:
            return name

    def post_process(self, *args: Any, **options: Any) -> Iterator[Any]:
        """Hash all, then compress what is new."""
        yield from super().post_process(*args, **options)
        for hashed in set(self.hashed_files.values()):
            _compress(Path(self.path(hashed)))


def _compress(path: Path) -> None:
    twin = path.with_name(path.name + ".gz")
    if path.suffix not in WORDS or twin.exists() or not path.exists():
        return
    plain = path.read_bytes()
    packed = gzip.compress(plain, 9, mtime=0)
    if len(packed) < len(plain):
        aside = twin.with_suffix(".new")
        aside.write_bytes(packed)
        aside.replace(twin)


@dataclass(frozen=True)
class Kept:
    """One file as it is sent: where it lies, and for how many seconds a browser may keep it."""

    path: Path
    seconds: int

    def headers(self) -> list[tuple[str, str]]:
        """What is said of it, compressed or not."""
        kind = mimetypes.guess_type(self.path.name)[0] or "application/octet-stream"
        words = kind.startswith("text/") or kind in {"application/json", "image/svg+xml"}
        last = ", immutable" if self.seconds == YEAR else ""
        return [
            ("Content-Type", kind + ("; charset=utf-8" if words else "")),
            ("Cache-Control", f"public, max-age={self.seconds}{last}"),
            ("Vary", "Accept-Encoding"),
            ("X-Content-Type-Options", "nosniff"),
        ]


def kept_files(root: Path, manifest: dict[str, str]) -> dict[str, Kept]:
    """Every file of the `manifest` (plain name to hashed name) under both names. Only a hashed one is kept long."""
    plain = {name: Kept(root / name, SHORT) for name in manifest}
    return plain | {hashed: Kept(root / hashed, YEAR if hashed != name else SHORT) for name, hashed in manifest.items()}


def with_static(pages: Wsgi, *, root: Path, manifest: dict[str, str], prefix: str) -> Wsgi:
    """The WSGI application `pages` with the files of the manifest under `prefix`, such as `/static/`."""
    files = kept_files(root, manifest)

    def respond(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path: str = environ.get("PATH_INFO", "")
        if not path.startswith(prefix):
            return pages(environ, start)
        found = files.get(path.removeprefix(prefix))
        if found is None or not found.path.exists():
            return _plain(start, "404 Not Found", b"no such file\n")
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return _plain(start, "405 Method Not Allowed", b"these files are only read\n")
        body, coding = _body(found.path, environ.get("HTTP_ACCEPT_ENCODING", ""))
        start("200 OK", [*found.headers(), *coding, ("Content-Length", str(len(body)))])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    return respond


def _body(path: Path, accepted: str) -> tuple[bytes, list[tuple[str, str]]]:
    twin = path.with_name(path.name + ".gz")
    codings = {word.partition(";")[0].strip(): word.replace(" ", "") for word in accepted.lower().split(",")}
    if not codings.get("gzip", ";q=0").endswith(";q=0") and twin.exists():
        return twin.read_bytes(), [("Content-Encoding", "gzip")]
    return path.read_bytes(), []


def _plain(start: Callable[..., Any], status: str, body: bytes) -> list[bytes]:
    start(status, [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))])
    return [body]
