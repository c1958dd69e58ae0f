"""What every browser journey needs: where Chromium is, and what axe finds wrong with a page."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
Visit = Callable[..., Any]
"""Opens a page as somebody: the fixture `visit` of tests/web."""

_AXE = Path(__file__).resolve().parents[1] / "node_modules" / "axe-core" / "axe.min.js"


def axe(page: Any) -> list[tuple[str, str]]:
    """What axe finds wrong with the page: the rule, and the first element that breaks it."""
    return _found(page, "axe.run(document, { resultTypes: ['violations'] })")


def faint(page: Any) -> list[tuple[str, str]]:
    """Text that cannot be read in sunlight: a contrast below 7:1, or 4.5:1 where it is large (WCAG AAA)."""
    return _found(page, "axe.run(document, { resultTypes: ['violations'], runOnly: ['color-contrast-enhanced'] })")


def _found(page: Any, run: str) -> list[tuple[str, str]]:
    """What is wrong is picked out in the page: carrying over all that was found right takes longer than finding it."""
    page.evaluate(_AXE.read_text(encoding="utf-8"))
    wrong = "({ violations }) => violations.map(({ id, nodes }) => [id, nodes[0].html.slice(0, 160)])"
    return [(rule, element) for rule, element in page.evaluate(f"{run}.then({wrong})")]
