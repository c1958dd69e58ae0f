"""Every entry of the table of commands can be asked for help and names a function that is there."""

from __future__ import annotations

import importlib
import inspect
import subprocess
import sys

import pytest

from sibulou import cli, serve
from sibulou.commands.table import COMMANDS, GROUPS, Command
from sibulou.lib.problem import Problem


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.words)
def test_a_command_answers_help_in_both_languages(command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([*command.words.split(), "--help"])
    assert ended.value.code == 0
    shown = "".join(capsys.readouterr().out.split())
    assert "".join(command.zh.split()) in shown
    assert "".join(command.en.split()) in shown


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.words)
def test_a_command_runs_a_function_of_the_parsed_arguments(command: Command) -> None:
    module, _, name = command.runs.partition(":")
    parameters = inspect.signature(getattr(importlib.import_module(module), name)).parameters
    assert len(parameters) == 1


def test_every_group_of_commands_has_its_words() -> None:
    assert {command.words.split()[0] for command in COMMANDS if " " in command.words} == set(GROUPS)


def test_no_command_twice() -> None:
    assert len({command.words for command in COMMANDS}) == len(COMMANDS)


def test_help_loads_nothing_heavy() -> None:
    code = "import sys, sibulou.cli as c; c.parser(); sys.exit('django' in sys.modules or 'psycopg' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_problem_is_printed_as_its_two_sentences(monkeypatch: pytest.MonkeyPatch,
                                                   capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    def run(command: Command, given: object) -> int:
        raise serve.PortTaken(host="127.0.0.1", port=1, free=2)

    monkeypatch.setattr(cli, "run", run)
    assert cli.main(["version"]) == 1
    zh, en = capsys.readouterr().err.splitlines()
    assert "占用" in zh
    assert "taken" in en


@pytest.mark.parametrize(("raised", "code"), [(KeyboardInterrupt(), 130), (Problem(), 1)])
def test_what_ends_a_command_has_its_exit_code(raised: BaseException, code: int,
                                               monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    def run(command: Command, given: object) -> int:
        raise raised

    monkeypatch.setattr(cli, "run", run)
    assert cli.main(["version"]) == code


def test_a_mistake_of_ours_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(command: Command, given: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(cli, "run", run)
    with pytest.raises(ZeroDivisionError):
        cli.main(["version"])


@pytest.mark.parametrize(
    ("words", "zh", "en"),
    [
        (["nothing"], "COMMAND 不能是 'nothing'", "invalid choice: 'nothing'"),
        (["county", "found"], "缺少 CODE", "are required: CODE"),
        (["version", "7"], "多出 7", "unrecognized arguments: 7"),
        (["run", "--port"], "--port 后面缺少值", "expected one argument"),
        (["run", "--port", "x"], "--port 应为整数，不能是 'x'", "invalid int value: 'x'"),
        (["run", "--workers", "0"], "应为 1 至 64 的整数，不能是 0", "a whole number from 1 to 64, not 0"),
        (["demo", "--days", "-4"], "应为 1 至 60 的整数，不能是 -4", "a whole number from 1 to 60, not -4"),
        (["demo", "--scale", "nan"], "的数字，不能是 nan", "not nan"),
        (["drill", "--scale", "0"], "的数字，不能是 0", "not 0"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, list) else "",
)
def test_a_wrong_command_line_is_said_in_both_languages(
    words: list[str], zh: str, en: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(words)
    assert ended.value.code == 2
    *_, said_zh, said_en = capsys.readouterr().err.splitlines()
    assert zh in said_zh and "请" in said_zh and en in said_en and " · " not in said_zh + said_en
