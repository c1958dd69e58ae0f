"""Defence (布防): posts that are open, the gates among them, and the published shifts of their rosters."""

from __future__ import annotations

from pathlib import Path

from sibulou.duty.scope import Scope
from sibulou.duty.scope import register as register_scope
from sibulou.lib.sql import read_queries


def register() -> None:
    """Register the scopes of this front."""
    queries = read_queries(Path(__file__).with_name("scopes.sql"))
    register_scope(Scope("posts", "post", "全部卡点", "all posts", queries["posts"]))
    register_scope(Scope("posts.open", "post", "已设卡点", "open posts", queries["open"]))
    register_scope(Scope("posts.gates", "post", "关口", "gates", queries["gates"]))
    register_scope(Scope("posts.unled", "post", "没有支部的卡点", "posts no branch leads", queries["unled"]))
    register_scope(Scope("places.stores", "place", "物资存放处", "where supplies are kept", queries["stores"]))
    register_scope(Scope("branches", "branch", "临时党支部", "temporary branches", queries["branches"]))
    register_scope(
        Scope("posts.unrostered", "post", "未发布排班的卡点", "posts without a roster", queries["unrostered"])
    )
    register_scope(Scope("posts.shifts", "shift", "已发布的班次", "published shifts", queries["shifts"]))
    register_scope(Scope("posts.shifts_ending", "shift", "将结束的班次", "shifts that end", queries["shifts_ending"]))
