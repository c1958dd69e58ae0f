"""Words of a plan in both languages: labels of people's screens, and sentences about mistakes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Label:
    """One text in Chinese and English; both are always there."""

    zh: str
    en: str

    def __post_init__(self) -> None:
        if not self.zh or not self.en:
            raise ValueError("a label needs zh and en")

    def say(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en


@dataclass(frozen=True)
class Word:
    """A key of a plan with its label: a level, a reason, a choice."""

    key: str
    title: Label
