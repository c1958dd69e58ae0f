"""Write docs/reference/rules.md from the titles of tests/spec: chapter, section, rule. `--check` only compares."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SPEC = ROOT / "tests" / "spec"
PAGE = ROOT / "docs" / "reference" / "rules.md"
HEAD = """# The rule book

Written from `tests/spec` by `tools/rules.py`: a chapter is a folder, a section a file, a rule a test.
What stands here is what the tests hold; `make test` fails when one of them is broken.
"""


def said(node: ast.Module | ast.FunctionDef) -> str:
    """The first paragraph of a docstring, on one line."""
    return " ".join((ast.get_docstring(node) or "").split("\n\n")[0].split())


def rules(file: Path) -> Iterator[str]:
    """The rule that each test of a file states: its docstring's first paragraph, else its name."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            title = node.name.removeprefix("test_").replace("_", " ").capitalize() + "."
            yield f"- **{title}** {said(node)}".rstrip()


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    chapters = [SPEC, *sorted(folder for folder in SPEC.iterdir() if folder.is_dir() and folder.name[0] not in "._")]
    for chapter in chapters:
        files = sorted(chapter.glob("test_*.py"))
        if files and chapter != SPEC:
            parts.append(f"## {chapter.name.replace('_', ' ').capitalize()}\n")
        for file in files:
            name = file.stem.removeprefix("test_").replace("_", " ").capitalize()
            idea = said(ast.parse(file.read_text(encoding="utf-8")))
            parts.append(f"{'##' if chapter == SPEC else '###'} {name}\n\n{idea}\n")
            parts.append("\n".join(rules(file)) + "\n")
    return "\n".join(parts)


def main() -> int:
    """Write the page, or say that it is out of date."""
    if "--check" not in sys.argv:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == page():
        return 0
    print("docs/reference/rules.md is out of date: run python tools/rules.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
