"""What an adapter is: the fields it is set up with, whom it reaches, and how it sends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sibulou.message.problems import WrongSetting

Settings = Mapping[str, str]
LONGEST = 1000


class Reaches(StrEnum):
    """To whom a channel speaks: a group chat, or single users by telephone or mail."""

    GROUP = "group"
    PHONE = "phone"
    MAIL = "mail"


@dataclass(frozen=True)
class Setting:
    """One field; `secret` ones are typed unseen, and none is shown again. `check` says what is allowed instead."""

    key: str
    zh: str
    en: str
    hint_zh: str = ""
    hint_en: str = ""
    required: bool = True
    secret: bool = False
    lines: bool = False
    check: Callable[[str], tuple[str, str] | None] = lambda text: None

    def label(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en

    def hint(self, language: str) -> str:
        return self.hint_zh if language.startswith("zh") else self.hint_en


@dataclass(frozen=True)
class Adapter:
    """One kind of channel. `send(settings, to, text, hosts)` raises a DeliveryProblem; `hosts` are those allowed."""

    kind: str
    zh: str
    en: str
    reaches: Reaches
    fields: tuple[Setting, ...]
    host_of: Callable[[Settings], str]
    send: Callable[[Settings, str, str, frozenset[str]], None]

    def label(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en


def read_settings(adapter: Adapter, typed: Mapping[str, str], *, kept: Settings) -> dict[str, str]:
    """The settings as typed; a field left blank keeps what was saved. Raises WrongSetting."""
    found = {}
    for field in adapter.fields:
        given = typed.get(field.key, "").replace("\x00", "").strip()
        value = given or kept.get(field.key, "")
        if not value and field.required:
            raise _wrong_setting(field, ("不能为空", "something in it"))
        if not value:
            continue
        wrong = _wrong(field, value)
        if wrong is not None:
            raise _wrong_setting(field, wrong)
        found[field.key] = value
    return found


def _wrong_setting(field: Setting, allowed: tuple[str, str]) -> WrongSetting:
    return WrongSetting(field_zh=field.zh, field_en=field.en, allowed_zh=allowed[0], allowed_en=allowed[1])


def _wrong(field: Setting, value: str) -> tuple[str, str] | None:
    if len(value) > LONGEST:
        return f"最多 {LONGEST} 字", f"{LONGEST} characters at most"
    if not field.lines and any(ord(sign) < 32 for sign in value):
        return "写在一行里", "one line"
    return field.check(value)
