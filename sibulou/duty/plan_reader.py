"""Read a plan's YAML so that every mistake knows its file, line and field, and all are told at once.

The text is composed into nodes that keep their line marks; a `Cursor` walks them by field path. A reading
that fails notes a `PlanMistake` on the sheet and returns a harmless value, so that the rest of the file is
still looked at; the plan itself exists only if the sheet stays empty. Aliases are refused: a plan says each
thing where it stands.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import time, timedelta

import yaml

from sibulou.duty.cadence import clock_time, duration
from sibulou.duty.plan_words import Label
from sibulou.lib.problem import Problem

LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader  # the quick one where it is built
BLANK = Label("—", "—")


class PlanMistake(Problem):
    """One mistake in a plan file: where it is, what is wrong and what is allowed."""

    number = "422.30"
    zh = "{file} 第 {line} 行，{field}：{wrong_zh}。允许：{allowed_zh}。"
    en = "{file}, line {line}, {field}: {wrong_en}. Allowed: {allowed_en}."

    @property
    def line(self) -> int:
        return int(str(self.facts["line"]))

    @property
    def field(self) -> str:
        return str(self.facts["field"])

    @property
    def allowed(self) -> str:
        return str(self.facts["allowed_en"])


class PlanMistakes(Problem):
    """All mistakes of one plan file; nothing of it was taken over."""

    number = "422.31"
    zh = "预案 {file} 有 {count} 处错误，未予采用。请改正后重新载入：\n{list_zh}"
    en = "The plan {file} was not taken over. Correct its {count} mistakes and load it again:\n{list_en}"

    def __init__(self, *, file: str, mistakes: Sequence[PlanMistake]) -> None:
        self.mistakes = tuple(sorted(mistakes, key=lambda mistake: mistake.line))
        super().__init__(
            file=file,
            count=len(mistakes),
            list_zh="\n".join(mistake.say("zh") for mistake in self.mistakes),
            list_en="\n".join(mistake.say("en") for mistake in self.mistakes),
        )


@dataclass
class Sheet:
    """The mistakes found so far in one file."""

    file: str
    mistakes: list[PlanMistake] = field(default_factory=list)

    def note(self, line: int, path: str, wrong: tuple[str, str], allowed: tuple[str, str]) -> None:
        """Write down one mistake; `wrong` and `allowed` in Chinese and English."""
        mistake = PlanMistake(
            file=self.file,
            line=line,
            field=path or "-",
            wrong_zh=wrong[0],
            wrong_en=wrong[1],
            allowed_zh=allowed[0],
            allowed_en=allowed[1],
        )
        if all(mistake.facts != known.facts for known in self.mistakes):
            self.mistakes.append(mistake)

    def close(self) -> None:
        """Raise PlanMistakes if anything was noted."""
        if self.mistakes:
            raise PlanMistakes(file=self.file, mistakes=self.mistakes)


def close_to(word: str, known: Iterable[str]) -> tuple[str, str]:
    """What is allowed instead of `word`: the likeliest meant one first, then all."""
    names = list(known)
    every = ", ".join(names) or "—"
    near = difflib.get_close_matches(word, names, n=1)
    if not near:
        return every, every
    return f"{every}（是否想写 {near[0]}？）", f"{every} (did you mean {near[0]}?)"


@dataclass(frozen=True)
class Cursor:
    """One node of the file, with its path of fields from the top ("duties.household.recheck.clocks.due")."""

    node: yaml.Node
    path: str
    sheet: Sheet

    @property
    def line(self) -> int:
        return int(self.node.start_mark.line) + 1

    def at(self, key: str, node: yaml.Node) -> Cursor:
        return Cursor(node, f"{self.path}.{key}" if self.path else key, self.sheet)

    def inside(self, path: str) -> Cursor:
        """The field at `path` ("open.for", "closers[0]") below this one, or where it should stand."""
        name, _, rest = path.partition(".")
        field_name, _, number = name.removesuffix("]").partition("[")
        found = self.at(name, self.node)
        if isinstance(self.node, yaml.MappingNode):
            for key, value in self.node.value:
                if key.value == field_name:
                    found = self.at(name, value.value[int(number)] if number else value)
        return found.inside(rest) if rest else found

    def wrong(self, zh: str, en: str, allowed: tuple[str, str]) -> None:
        """Note a mistake at this node."""
        self.sheet.note(self.line, self.path, (zh, en), allowed)

    def mapping(self) -> dict[str, Cursor]:
        """The fields of a mapping; a field written twice is a mistake, anything else than a mapping too."""
        if not isinstance(self.node, yaml.MappingNode):
            self.wrong("类型不对", "wrong type", ("字段与值的对应表", "a mapping of fields"))
            return {}
        found: dict[str, Cursor] = {}
        for key, value in self.node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
            if name in found:
                line = int(key.start_mark.line) + 1
                path = self.at(name, value).path
                self.sheet.note(line, path, ("字段重复", "written twice"), ("每个字段一次", "each field once"))
            found[name] = self.at(name, value)
        return found

    def fields(self, required: str, optional: str = "") -> dict[str, Cursor]:
        """A mapping with exactly these fields (words separated by blanks); unknown and missing ones are
        noted.
        """
        known = [*required.split(), *optional.split()]
        found = self.mapping()
        for name in [name for name in found if name not in known]:
            found.pop(name).wrong("未知字段", "unknown field", close_to(name, known))
        if isinstance(self.node, yaml.MappingNode):
            for name in [name for name in required.split() if name not in found]:
                missing = self.at(name, self.node)
                missing.wrong("缺少字段", "missing field", (f"必须有 {name}", f"{name} is required"))
        return found

    def items(self) -> list[Cursor]:
        """The items of a list, named by their number."""
        if not isinstance(self.node, yaml.SequenceNode):
            self.wrong("类型不对", "wrong type", ("列表 [...]", "a list [...]"))
            return []
        return [Cursor(item, f"{self.path}[{n}]", self.sheet) for n, item in enumerate(self.node.value)]

    def keyed(self) -> Iterator[tuple[str, Cursor]]:
        """The items of a list of mappings under their own `key`; two with one key are a mistake."""
        seen: set[str] = set()
        for item in self.items():
            key = item.own_key()
            named = Cursor(item.node, f"{self.path}.{key}", self.sheet) if key else item
            if key in seen:
                named.wrong("键重复", "this key stands twice", ("每个键一次", "each key once"))
            elif key or isinstance(item.node, yaml.MappingNode):
                seen.add(key)
                yield key, named
            else:
                item.mapping()

    def own_key(self) -> str:
        """The value of the field `key`, "" if there is none."""
        if isinstance(self.node, yaml.MappingNode):
            for key, value in self.node.value:
                if key.value == "key" and isinstance(value, yaml.ScalarNode):
                    return str(value.value)
        return ""

    def text(self) -> str:
        """A text that is not empty."""
        if not isinstance(self.node, yaml.ScalarNode) or not str(self.node.value).strip():
            self.wrong("类型不对或为空", "wrong type or empty", ("一段文字", "a text"))
            return ""
        return str(self.node.value).strip()

    def texts(self) -> tuple[str, ...]:
        return tuple(item.text() for item in self.items())

    def one_of(self, known: Iterable[str], zh: str, en: str) -> str:
        """A text out of `known`; otherwise a mistake "unknown <en>"."""
        word, names = self.text(), list(known)
        if word and word not in names:
            self.wrong(f"未知的{zh} {word}", f"unknown {en} {word}", close_to(word, names))
        return word

    def some_of(self, known: Iterable[str], zh: str, en: str) -> tuple[str, ...]:
        names = list(known)
        return tuple(item.one_of(names, zh, en) for item in self.items())

    def boolean(self) -> bool:
        word = self.node.value if isinstance(self.node, yaml.ScalarNode) else None
        if word not in ("true", "false"):
            self.wrong("类型不对", "wrong type", ("true 或 false", "true or false"))
        return word == "true"

    def integer(self, low: int = 0, high: int = 2**31) -> int:
        """A whole number in `[low, high]`."""
        word = str(self.node.value) if isinstance(self.node, yaml.ScalarNode) else ""
        sign, digits = word[:1] == "-", word.removeprefix("-")
        value = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 11 else None
        value = -value if value is not None and sign else value
        if value is None or not low <= value <= high:
            self.wrong("不是所要的整数", "not such a whole number", (f"{low}–{high} 的整数", f"{low} to {high}"))
            return low
        return value

    def number(self) -> float:
        word = str(self.node.value) if isinstance(self.node, yaml.ScalarNode) else ""
        value = _number(word)
        if value is None:
            self.wrong("不是数字", "not a number", ("数字", "a number"))
            return 0.0
        return value

    def value(self) -> float | int | str:
        """A number if it is written as one and not in quotes, else a text."""
        word = self.text()
        plain = isinstance(self.node, yaml.ScalarNode) and not self.node.style  # None or "", by the loader
        number = _number(word) if plain else None
        if number is None:
            return word
        return int(word) if word.removeprefix("-").isdigit() else number

    def plain(self) -> object:
        """What a record may say: true, false, a number, a text, or a list of these."""
        if isinstance(self.node, yaml.SequenceNode):
            return [item.plain() for item in self.items()]
        bare = isinstance(self.node, yaml.ScalarNode) and not self.node.style
        if bare and self.node.value in ("true", "false"):
            return self.node.value == "true"
        return self.value()

    def duration(self) -> timedelta:
        word = self.text()
        try:
            return duration(word)
        except ValueError:
            if word:
                self.wrong(f"不是时长：{word}", f"no duration: {word}", ("3 days、2 hours、30 min、0",) * 2)
            return timedelta()

    def clock_time(self) -> time:
        word = self.text()
        try:
            return clock_time(word)
        except ValueError:
            if word:
                self.wrong(f"不是时刻：{word}", f"no time of day: {word}", ("00:00–23:59", "00:00 to 23:59"))
            return time()

    def label(self) -> Label:
        """A mapping with `zh` and `en`, neither empty."""
        found = self.fields("zh en")
        texts = {name: cursor.text() for name, cursor in found.items()}
        if texts.get("zh") and texts.get("en"):
            return Label(texts["zh"], texts["en"])
        return BLANK


def _number(word: str) -> float | None:
    """A decimal number as a plan writes it; no exponent, no infinity."""
    bare = word.removeprefix("-")
    whole, _, part = bare.partition(".")
    if not whole.isascii() or not whole.isdigit() or len(bare) > 18 or (part and not part.isdigit()):
        return None
    return float(word)


def compose(text: str, *, file: str) -> Cursor:
    """The top of a plan file. Raises PlanMistakes if the text is no YAML, has aliases, or is no mapping."""
    sheet = Sheet(file)
    try:
        _refuse_aliases(text, sheet)
        node = yaml.compose(text, Loader=LOADER)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = int(mark.line) + 1 if mark is not None else 1
        problem = str(getattr(error, "problem", None) or type(error).__name__)
        sheet.note(line, "-", (f"不是 YAML：{problem}", f"no YAML: {problem}"), ("YAML 1.1", "YAML 1.1"))
        node = None
    sheet.close()
    if node is None:
        sheet.note(1, "-", ("文件是空的", "the file is empty"), ("一份预案", "a plan"))
        sheet.close()
        raise AssertionError("close() has raised")
    return Cursor(node, "", sheet)


def _refuse_aliases(text: str, sheet: Sheet) -> None:
    allowed = ("在原处写全", "each thing written out where it stands")
    for event in yaml.parse(text, Loader=LOADER):
        if isinstance(event, yaml.AliasEvent):
            line = int(event.start_mark.line) + 1 if event.start_mark is not None else 1
            sheet.note(line, f"*{event.anchor}", ("不用引用", "aliases are not used"), allowed)
