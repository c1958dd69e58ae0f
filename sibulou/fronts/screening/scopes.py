"""Screening (排查): people, those under watch and after it, those entered twice; clinics, pharmacies, firms."""

from __future__ import annotations

from pathlib import Path

from sibulou.duty.scope import Scope
from sibulou.duty.scope import register as register_scope
from sibulou.lib.sql import read_queries

_INSTITUTIONS = (
    ("institutions.clinics", "医疗机构", "clinics and hospitals",
     ("county-hospital", "tcm-hospital", "maternal-hospital", "township-centre", "village-clinic", "private-clinic")),
    ("institutions.pharmacies", "药店", "pharmacies", ("pharmacy",)),
    ("institutions.firms", "企业", "firms", ("firm",)),
)  # fmt: skip


def register() -> None:
    """Register the scopes of this front."""
    queries = read_queries(Path(__file__).with_name("scopes.sql"))
    register_scope(Scope("people", "person", "人", "people", queries["people"]))
    register_scope(Scope("people.watched", "person", "在管人员", "people under watch", queries["watched"], True))
    register_scope(Scope("people.released", "person", "解除观察人员", "people after watch", queries["released"], True))
    register_scope(Scope("people.duplicated", "person", "重复登记人员", "people entered twice", queries["duplicated"]))
    for key, zh, en, kinds in _INSTITUTIONS:
        listed = ", ".join(f"'{kind}'" for kind in kinds)
        register_scope(Scope(key, "institution", zh, en, queries["institutions"].format(kinds=listed)))
