"""One catalogue of what can go wrong, in sentences a cadre can act on.

A `Problem` says what is wrong and what to do next, in Chinese and in English; the page, the API and the
command line all show that same sentence. Each kind is a class: `number` is its HTTP status and place
in the catalogue (`409.3`), `zh` and `en` are templates filled from the keyword arguments.
"""

from __future__ import annotations

from typing import ClassVar

CATALOGUE: dict[str, type[Problem]] = {}


class Problem(Exception):
    """Something is wrong that a person can put right. Subclasses state `number`, `zh` and `en`."""

    number: ClassVar[str] = "500.0"
    zh: ClassVar[str] = ""
    en: ClassVar[str] = ""

    def __init_subclass__(cls) -> None:
        if cls.number in CATALOGUE:
            raise TypeError(f"{cls.__name__} takes the number {cls.number} of {CATALOGUE[cls.number].__name__}")
        CATALOGUE[cls.number] = cls

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.say("en"))

    @property
    def status(self) -> int:
        """The HTTP status, the part of the number before the point."""
        return int(self.number.split(".")[0])

    def say(self, language: str) -> str:
        """The sentence in `zh` or `en`."""
        template = self.zh if language.startswith("zh") else self.en
        return template.format(**self.facts)
