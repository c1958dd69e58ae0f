"""A file that changed has another name, what it imports has too, and the names are served packed and for long."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.core.files.storage import FileSystemStorage

from sibulou.lib.static_files import HashedFiles, with_static

TEMPLATES = Path(__file__).parents[2] / "sibulou" / "web" / "templates"


def bring_together(root: Path, **texts: str) -> HashedFiles:
    """The files of `texts` (`a__js` is `net/a.js`) under `root`, hashed."""
    names = {"net/" + name.replace("__", "."): text for name, text in texts.items()}
    for name, text in names.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    storage = HashedFiles(location=root, base_url="/static/")
    plain = FileSystemStorage(location=root)
    failed = [
        done for _, _, done in storage.post_process({n: (plain, n) for n in names}) if isinstance(done, Exception)
    ]
    assert failed == []
    return storage


def ask(pages: Any, path: str, **environ: str) -> tuple[str, dict[str, str], bytes]:
    """Status, headers and body of one request."""
    told: list[Any] = []
    body: Iterable[bytes] = pages(
        {"REQUEST_METHOD": "GET", "PATH_INFO": path} | environ, lambda *given: told.extend(given)
    )
    return told[0], dict(told[1]), b"".join(body)


def test_a_change_deep_down_renames_all_that_import_it(tmp_path: Path) -> None:
    chain = {f"m{n}__js": f'import {{ x }} from "./m{n + 1}.js";\n' for n in range(8)}
    first = bring_together(tmp_path / "one", **chain, m8__js="export const x = 1;\n")
    second = bring_together(tmp_path / "two", **chain, m8__js="export const x = 2;\n")
    assert first.url("net/m0.js") != second.url("net/m0.js")
    text = (tmp_path / "one" / first.stored_name("net/m0.js")).read_text()
    assert text == f'import {{ x }} from "./{Path(first.stored_name("net/m1.js")).name}";\n'


def test_a_part_that_is_not_installed_keeps_its_plain_name(tmp_path: Path) -> None:
    storage = bring_together(tmp_path, a__js='const chart = await import("../vendor/chart.js");\n')
    assert '"../vendor/chart.js"' in (tmp_path / storage.stored_name("net/a.js")).read_text()
    assert storage.url("vendor/chart.js") == "/static/vendor/chart.js"


@pytest.fixture
def served(tmp_path: Path) -> tuple[Any, HashedFiles]:
    """An application that serves two files, and the storage that knows their names."""
    storage = bring_together(tmp_path, a__js="export const long = 1;\n" * 50, b__css="a{}")

    def pages(environ: dict[str, Any], start: Any) -> list[bytes]:
        start("200 OK", [])
        return [b"a page"]

    return with_static(pages, root=tmp_path, manifest=dict(storage.hashed_files), prefix="/static/"), storage


def test_hashed_names_are_kept_for_a_year_and_packed(served: tuple[Any, HashedFiles]) -> None:
    site, storage = served
    status, headers, body = ask(site, storage.url("net/a.js"), HTTP_ACCEPT_ENCODING="br, gzip")
    assert status == "200 OK" and headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert headers["Content-Encoding"] == "gzip" and int(headers["Content-Length"]) == len(body) < 200
    assert gzip.decompress(body) == b"export const long = 1;\n" * 50


@pytest.mark.parametrize("accepted", ["", "br", "gzip;q=0", "gzip; q=0"])
def test_whoever_unpacks_nothing_gets_it_plain(served: tuple[Any, HashedFiles], accepted: str) -> None:
    site, storage = served
    _, headers, body = ask(site, storage.url("net/a.js"), HTTP_ACCEPT_ENCODING=accepted)
    assert "Content-Encoding" not in headers and body.startswith(b"export")


def test_what_gains_nothing_is_not_packed_and_plain_names_are_kept_briefly(served: tuple[Any, HashedFiles]) -> None:
    site, _ = served
    _, headers, body = ask(site, "/static/net/b.css", HTTP_ACCEPT_ENCODING="gzip")
    assert body == b"a{}" and headers["Cache-Control"] == "public, max-age=300"


def test_nothing_but_the_manifest_is_served(served: tuple[Any, HashedFiles]) -> None:
    site, storage = served
    for path in ("/static/", "/static/staticfiles.json", "/static/../secrets.json", "/static/net/none.js"):
        assert ask(site, path)[0] == "404 Not Found"
    assert ask(site, storage.url("net/a.js"), REQUEST_METHOD="POST")[0] == "405 Method Not Allowed"
    assert ask(site, storage.url("net/a.js"), REQUEST_METHOD="HEAD")[2] == b""
    assert ask(site, "/gaps/")[2] == b"a page"


def _templates() -> list[Path]:
    found = sorted(TEMPLATES.rglob("*.html"))
    assert found
    return found


@pytest.mark.parametrize("template", _templates(), ids=lambda path: path.stem)
def test_pages_name_files_that_exist_and_carry_no_code(template: Path) -> None:
    """The content policy runs no script and takes no style sheet that stands in a page."""
    text = template.read_text(encoding="utf-8")
    for name in re.findall(r"\{% static '([^']+)' %\}", text):
        assert finders.find(name), name
    assert "/static/" not in text
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son[a-z]+=[\"']|javascript:", text)
