"""Two ways in, as Django wants them: the owner, who builds, and the app, which owns nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

APP = "sibulou_app"
NEVER_BY_ITSELF = 2**31 - 1
"""After how many runs a statement is prepared unasked. Those that gain by it ask (`prepare=True`)."""


@dataclass(frozen=True)
class Connections:
    """Two entries for Django's DATABASES: `owner` migrates and founds, `app` serves and owns nothing."""

    owner: dict[str, Any] = field(repr=False)
    app: dict[str, Any] = field(repr=False)


def entry(parameters: dict[str, Any], *, pool: bool = False) -> dict[str, Any]:
    """One entry of Django's DATABASES from libpq's parameters."""
    named = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    options = {name: value for name, value in parameters.items() if name not in named}
    options["application_name"] = "sibulou app" if parameters.get("user") == APP else "sibulou owner"
    options["prepare_threshold"] = NEVER_BY_ITSELF
    if pool:
        options["pool"] = {"min_size": 2, "max_size": 8}
    entry = {upper: str(parameters.get(lower) or "") for lower, upper in named.items()}
    return {"ENGINE": "django.db.backends.postgresql", **entry, "OPTIONS": options}


def conninfo(entry: dict[str, Any]) -> dict[str, Any]:
    """libpq's parameters back from an entry of DATABASES."""
    named = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    plain = {lower: entry[upper] for upper, lower in named.items() if entry.get(upper)}
    return plain | {
        k: v for k, v in entry["OPTIONS"].items() if k not in {"pool", "application_name", "prepare_threshold"}
    }
