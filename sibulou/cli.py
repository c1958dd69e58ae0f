"""The one program, `sibulou`. What it can do is the table in `commands/table.py`; a command is imported when it runs.

A Problem is printed as its sentence, in Chinese and in English, and ends the program with code 1; Ctrl-C ends it
quietly with 130.
"""

from __future__ import annotations

import argparse
import importlib
import re
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from sibulou.commands.table import COMMANDS, GROUPS, Command
from sibulou.lib.problem import Problem

WRONG_USE = (
    (r"the following arguments are required: (.*)", "缺少 {0}"),
    (r"unrecognized arguments: (.*)", "多出 {0}"),
    (r"argument (\S+): expected .* argument.*", "{0} 后面缺少值"),
    (r"argument (\S+): invalid int value: (.*)", "{0} 应为整数，不能是 {1}"),
    (r"argument (\S+): invalid float value: (.*)", "{0} 应为数字，不能是 {1}"),
    (r"argument (\S+): invalid choice: (.*) \(choose from (.*)\)", "{0} 不能是 {1}，可用 {2}"),
    (r"argument (\S+): (.*)", "{0}：{1}"),
)
"""What argparse complains of, and the same in Chinese."""


class Parser(argparse.ArgumentParser):
    """argparse's parser, which says in both languages what was typed wrong."""

    def error(self, message: str) -> NoReturn:
        """Print the usage and the mistake, and end with code 2."""
        said = [form.format(*found.groups()) for words, form in WRONG_USE if (found := re.fullmatch(words, message))]
        zh = (said or [message])[0].partition(" · ")[0]
        message = re.sub(r": .* · ", ": ", message)
        self.print_usage(sys.stderr)
        print(
            f"命令写法不对：{zh}。请对照上面的用法，或运行 {self.prog} --help。\n"
            f"The command is not complete or not right: {message}. Compare the usage above, or run {self.prog} --help.",
            file=sys.stderr,
        )  # fmt: skip
        sys.exit(2)


def parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    top = Parser(prog="sibulou", description="四不漏：县里的防疫，数的是漏掉了什么。 · Sibulou counts what was missed.")
    first = top.add_subparsers(title="命令 commands", metavar="COMMAND", required=True)
    second: dict[str, Any] = {}
    for command in COMMANDS:
        group, _, word = command.words.rpartition(" ")
        if group and group not in second:
            second[group] = first.add_parser(group, help=GROUPS[group], description=GROUPS[group]).add_subparsers(
                metavar="COMMAND", required=True
            )
        place = second[group] if group else first
        made = place.add_parser(word, help=command.help, description=command.help)
        for argument in command.arguments:
            made.add_argument(*argument.names, **argument.options)
        made.set_defaults(command=command)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit code."""
    given = parser().parse_args(arguments)
    try:
        return run(given.command, given)
    except Problem as problem:
        return _say(problem)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has gone; there is nobody left to tell
        return 1
    except Exception as error:
        refusal = _of_the_database(error)
        if refusal is None:
            raise
        return _say(refusal)


def _say(problem: Problem) -> int:
    print(f"{problem.say('zh')}\n{problem.say('en')}", file=sys.stderr)
    return 1


def _of_the_database(error: Exception) -> Problem | None:
    """The sentence for what the database refused; asked without importing Django, which may not be loaded."""
    django = sys.modules.get("django.db")
    if django is None or not isinstance(error, django.OperationalError | django.DataError):
        return None
    from sibulou.commands.problems import DatabaseLost, Unstorable

    kind = DatabaseLost if isinstance(error, django.OperationalError) else Unstorable
    return kind(reason=" ".join(str(error).split()).rstrip("."))


def run(command: Command, given: argparse.Namespace) -> int:
    """Import what the command runs, and run it."""
    module, _, function = command.runs.partition(":")
    code: int | None = getattr(importlib.import_module(module), function)(given)
    return code or 0
