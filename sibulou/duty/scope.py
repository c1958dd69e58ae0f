"""Scopes: named queries that say whom a duty is owed to. Fronts register theirs; the kernel names none.

A scope's SQL selects `subject_id bigint, area_id bigint, since timestamptz, until timestamptz` (until null: still
in the scope) over the whole county; the kernel restricts it to areas and joins the windows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

_SCOPES: dict[str, Scope] = {}


@dataclass(frozen=True)
class Scope:
    """One scope. `kind` is the kind of its subjects; `follows_watch`: who is in it hangs on who is under watch."""

    key: str
    kind: str
    zh: str
    en: str
    sql: str
    follows_watch: bool = False

    def label(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en


def register(scope: Scope) -> None:
    """Make a scope known. Two with one key are a mistake of the code: ValueError."""
    if _SCOPES.get(scope.key, scope) != scope:
        raise ValueError(f"scope {scope.key} is registered twice")
    _SCOPES[scope.key] = scope


def scopes() -> Mapping[str, Scope]:
    """All registered scopes by key."""
    return MappingProxyType(_SCOPES)
