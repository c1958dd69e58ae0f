"""The parameter sheet of the synthetic county: every number with its range, unit and source (domain section 8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml


@dataclass(frozen=True)
class Parameter:
    """One number and where it comes from. Raises ValueError when it lies outside its own range."""

    key: str
    value: float
    low: float
    high: float
    unit: str
    source: str
    does: str

    def __post_init__(self) -> None:
        if not self.low <= self.value <= self.high:
            raise ValueError(f"{self.key} is {self.value}, outside {self.low} to {self.high}")


@dataclass(frozen=True)
class TownshipNumbers:
    """People and groups of a township at scale 1, and the share of its households spoken to in Yi."""

    people: int
    groups: int
    yi: float


@dataclass(frozen=True)
class Parameters:
    """The sheet. `sheet["late"]` is a value; `townships(code)` is what is known of a county's townships."""

    numbers: Mapping[str, Parameter]
    counties: Mapping[str, Mapping[str, TownshipNumbers]]

    def __getitem__(self, key: str) -> float:
        return self.numbers[key].value

    def count(self, key: str, scale: float, *, least: int = 1) -> int:
        """A count at a scale, at least `least`."""
        return max(least, round(self[key] * scale))

    def townships(self, county: str) -> Mapping[str, TownshipNumbers]:
        """What is known of the townships of a county by their codes; nothing for most."""
        return self.counties.get(county, {})


@cache
def parameters() -> Parameters:
    """The sheet as it ships. Raises ValueError for a number outside its range."""
    text = resources.files("sibulou.demo").joinpath("parameters.yaml").read_text(encoding="utf-8")
    return read_parameters(yaml.safe_load(text))


def read_parameters(raw: Mapping[str, Any]) -> Parameters:
    """The sheet from what its file holds. Raises ValueError for a row with too much or too little in it."""
    numbers = {key: _parameter(key, row) for key, row in raw.items() if key != "townships"}
    counties = {
        county: {code: TownshipNumbers(row["people"], row["groups"], row["yi"]) for code, row in rows.items()}
        for county, rows in raw.get("townships", {}).items()
    }
    return Parameters(numbers, counties)


def _parameter(key: str, row: Mapping[str, Any]) -> Parameter:
    if set(row) != {"value", "range", "unit", "source", "does"}:
        raise ValueError(f"{key} has {', '.join(map(str, row))}; it needs value, range, unit, source and does")
    low, high = row["range"]
    return Parameter(key, row["value"], low, high, row["unit"], row["source"], row["does"])
