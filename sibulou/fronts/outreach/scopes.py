"""Outreach (宣传): every door, and the old people who are taught at home."""

from __future__ import annotations

from pathlib import Path

from sibulou.duty.scope import Scope
from sibulou.duty.scope import register as register_scope
from sibulou.lib.sql import read_queries


def register() -> None:
    """Register the scopes of this front."""
    queries = read_queries(Path(__file__).with_name("scopes.sql"))
    register_scope(Scope("households", "household", "户", "households", queries["households"]))
    register_scope(Scope("people.elders", "person", "七十岁以上老人", "people of seventy and over", queries["elders"]))
