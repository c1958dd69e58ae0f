"""Conditions and rules of a plan: what a record calls for.

A condition is an expression in CEL over four variables: `record` (the content), `subject` (facts the caller
gives), `values` and `lists` (of the plan). A condition that cannot be answered, because an optional field is
absent, is false; `check_names` finds every other slip when the plan is loaded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import cel

VARIABLES = ("record", "subject", "values", "lists")
DRAFTING = ("record", "subject", "last", "user")
"""What a draft answer (`fill`) may read: `last` is the answer told before for the same form and subject."""
USER_FACTS = ("name",)
SUBJECT_FACTS = ("kind", "level", "listed", "language")
"""kind: of the subject; level: of an area, "village" and so on; listed: how many living persons a household
has on the roster; language: spoken at home, if noted. A fact that does not apply is left out.
"""
FUNCTIONS = frozenset(("size", "contains", "startsWith", "endsWith", "matches", "string", "int", "double", "bool"))
LONGEST = 1000  # characters; a longer condition is two rules

_TEXT = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_PATH = re.compile(r"(?<![\w.])(record|subject|values|lists|last|user)\b(?:\s*\.\s*([A-Za-z_]\w*))?")
_HAS = re.compile(r"\bhas\s*\(\s*(?:record)\s*\.\s*([A-Za-z_]\w*)\s*\)")
_BOUND = re.compile(r"\.\s*(?:all|exists|exists_one|map|filter)\s*\(\s*([A-Za-z_]\w*)\s*,")
_WORD = re.compile(r"[A-Za-z]\w*")


@dataclass(frozen=True)
class Expression:
    """One CEL condition, parsed. Raises ValueError if it does not parse."""

    source: str
    _program: cel.Program = field(init=False, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        if len(self.source) > LONGEST:
            raise ValueError(f"longer than {LONGEST} characters")
        object.__setattr__(self, "_program", cel.compile(self.source))

    @cached_property
    def _bare(self) -> str:
        """The source without its text literals, so that names can be read off."""
        return _TEXT.sub("''", self.source)

    def unknown_names(self, known: Iterable[str] = VARIABLES) -> list[str]:
        """Variables that are not `known` and functions that no condition has, in order of the alphabet."""
        bound = set(_BOUND.findall(self._bare))
        variables = set(self._program.variables()) - bound - set(known)
        functions = {name for name in self._program.functions() if _WORD.fullmatch(name)} - FUNCTIONS
        return sorted(variables | functions)

    def names(self, variable: str) -> list[str]:
        """The fields read of one of the variables; "" stands for a use without a field."""
        found = (name for root, name in _PATH.findall(self._bare) if root == variable)
        return list(dict.fromkeys(found))

    def guarded(self) -> frozenset[str]:
        """The fields of the record that the condition asks for with has()."""
        return frozenset(_HAS.findall(self._bare))

    def holds(self, context: Mapping[str, object] | cel.Context) -> bool:
        """Whether the condition is true; an absent field or an operand of the wrong kind makes it false.

        A `cel.Context` that is used again is answered a hundred times quicker than a mapping.
        """
        variables = context if isinstance(context, cel.Context) else dict(context)
        try:
            return self._program.execute(variables) is True
        except (LookupError, TypeError, ValueError, RuntimeError, ArithmeticError):
            return False

    def fits(self, context: Mapping[str, object]) -> bool:
        """False if it compares things of different kinds, or gives neither true nor false."""
        try:
            return isinstance(self._program.execute(dict(context)), bool)
        except TypeError:
            return False
        except (LookupError, ValueError, RuntimeError, ArithmeticError):
            return True  # nothing that the kinds of things are to blame for


@dataclass(frozen=True)
class OpenDuty:
    """Open an obligation of `duty`.

    `target` is "subject" (of the record), "household" (of the person), "village", "township" or "county"
    (around the subject), or "field:<name>" (the subject or area that this field of the form names). `owner` and `due`:
    fields that name the role which owes it instead of the duty's owner, and by when; empty: as the duty has it.
    """

    rule: str
    duty: str
    target: str
    owner: str = ""
    due: str = ""

    @property
    def target_field(self) -> str | None:
        """The form field that names the target, if one does."""
        return self.target.removeprefix("field:") if self.target.startswith("field:") else None


@dataclass(frozen=True)
class PutUnderWatch:
    """Put the record's subject under watch of class `klass` for so many days."""

    rule: str
    klass: str
    days: int


@dataclass(frozen=True)
class LiftWatch:
    """End the subject's watch of class `klass`."""

    rule: str
    klass: str


Effect = OpenDuty | PutUnderWatch | LiftWatch


@dataclass(frozen=True)
class Rule:
    """When a record of one of the forms `on` meets `when` (None: always), this effect follows."""

    key: str
    articles: tuple[str, ...]
    on: tuple[str, ...]
    when: Expression | None
    effect: Effect


def effects_of(rules: Iterable[Rule], form: str, context: Mapping[str, object] | cel.Context) -> Iterator[Effect]:
    """What a record of `form` calls for, in the order of the plan; `context` holds the four variables."""
    for rule in rules:
        if form in rule.on and (rule.when is None or rule.when.holds(context)):
            yield rule.effect
