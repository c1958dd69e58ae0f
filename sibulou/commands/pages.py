"""`docs`: the reference pages that are written from the code, so that they cannot lag behind it."""

from __future__ import annotations

import argparse
import importlib
import inspect
import pkgutil
from collections.abc import Callable
from pathlib import Path

import sibulou
from sibulou.commands.opening import say, without_database
from sibulou.lib.database import FileUnwritable
from sibulou.lib.os_words import reason

NOT_IMPORTED = ("sibulou.wsgi", "sibulou.__main__")


def write(given: argparse.Namespace) -> None:
    """Write every generated page into the folder."""
    without_database()
    folder = Path(given.folder)
    pages = {name: page() for name, page in PAGES.items()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in pages.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as refusal:
        raise FileUnwritable(file=folder, **reason(refusal)) from None
    say(f"已写 {len(PAGES)} 页到 {folder}", f"{len(PAGES)} pages written to {folder}")


def problems() -> str:
    """The catalogue of problems, by number."""
    from sibulou.lib.problem import CATALOGUE

    load_all()
    rows = [
        f"## {number} {kind.__name__}\n\n{inspect.cleandoc(kind.__doc__ or '')}\n\n- {kind.zh}\n- {kind.en}\n"
        for number, kind in sorted(CATALOGUE.items(), key=lambda item: _order(item[0]))
    ]
    return (
        "# 问题一览 Problems\n\n"
        "Everything that can go wrong and that a person can put right, as pages, API and command line say it. "
        "The part of the number before the point is the HTTP status. Written by `sibulou docs`.\n\n" + "\n".join(rows)
    )


def _order(number: str) -> tuple[int, ...]:
    return tuple(int(part) for part in number.split("."))


def commands() -> str:
    """Every command with its arguments, in the order of the table."""
    from sibulou.commands.table import COMMANDS

    parts = ["# 命令 Commands\n\n`sibulou COMMAND --help` says the same. Written by `sibulou docs`.\n"]
    for command in COMMANDS:
        parts.append(f"## sibulou {command.words}\n\n{command.zh} · {command.en}\n")
        rows = [f"| `{_usage(one.names, one.options)}` | {one.options.get('help', '')} |" for one in command.arguments]
        if rows:
            parts.append("\n".join(["| | |", "|---|---|", *rows]) + "\n")
    return "\n".join(parts)


def _usage(names: tuple[str, ...], options: dict[str, object]) -> str:
    shown = options.get("metavar") or ("" if options.get("action") else names[0].lstrip("-").upper())
    return f"{names[0]} {shown}".strip() if names[0].startswith("-") else str(options.get("metavar") or names[0])


def load_all() -> None:
    """Import every module of the package, so that every problem is in the catalogue. Django is set up."""
    for module in pkgutil.walk_packages(sibulou.__path__, "sibulou."):
        if module.name not in NOT_IMPORTED and ".migrations" not in module.name:
            importlib.import_module(module.name)


PAGES: dict[str, Callable[[], str]] = {"problems.md": problems, "commands.md": commands}
"""File name in docs/reference to the function that writes it."""
