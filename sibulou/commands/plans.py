"""`plan check` and `plan load`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from sibulou.commands.opening import county, say, without_database
from sibulou.commands.problems import FileUnreadable
from sibulou.lib.os_words import reason
from sibulou.lib.problem import Problem


def check(given: argparse.Namespace) -> int:
    """Check every file named; 1 when one has a mistake. Needs no database."""
    without_database()
    wrong = 0
    for name in given.files:
        try:
            _check(Path(name))
        except Problem as problem:
            wrong += 1
            print(f"{problem.say('zh')}\n{problem.say('en')}", file=sys.stderr)
    return min(wrong, 1)


def _check(file: Path) -> None:
    from sibulou.duty.plan import load_plan
    from sibulou.duty.scope import scopes

    plan = load_plan(read(file), file=str(file), scopes={key: scope.kind for key, scope in scopes().items()})
    say(
        f"{file}：没有错误，第 {plan.version} 版，{len(plan.duties)} 项职责，{len(plan.forms)} 张表单",
        f"{file}: no mistakes, version {plan.version}, {len(plan.duties)} duties, {len(plan.forms)} forms",
    )
    for caution in plan.cautions:
        say(f"  注意 {caution.zh}", f"note {caution.en}")


def load(given: argparse.Namespace) -> None:
    """Check a plan and keep it as a version."""
    file = Path(given.file)
    text = read(file)
    with county() as (by, now):
        from sibulou.duty import force

        version = force.load(text, file=str(file), by=by, now=now)
    say(
        f"已载入预案 {version.key} 第 {version.version} 版",
        f"the plan {version.key}, version {version.version}, is loaded",
    )


def read(file: Path) -> str:
    """The text of a file. Raises FileUnreadable."""
    try:
        return read_bytes(file).decode("utf-8-sig")
    except UnicodeDecodeError as refusal:
        at = refusal.start + 1
        raise FileUnreadable(
            file=file, reason_zh=f"第 {at} 个字节不是 UTF-8", reason=f"byte {at} is not UTF-8"
        ) from None


def read_bytes(file: Path) -> bytes:
    """The content of a file. Raises FileUnreadable."""
    try:
        return file.read_bytes()
    except OSError as refusal:
        raise FileUnreadable(file=file, **reason(refusal)) from None
