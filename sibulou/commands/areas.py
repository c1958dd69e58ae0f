"""`area add`, `area rename`, `area recode`, `area end`."""

from __future__ import annotations

import argparse
from datetime import date

from sibulou.commands.opening import county, say
from sibulou.commands.problems import NoSuchDay


def add(given: argparse.Namespace) -> None:
    """Add the next level down: a township or village by its code, a group or micro-grid by its number or name."""
    with county() as (by, now):
        from sibulou.roster.area_key import Level
        from sibulou.roster.areas import area_by_code, code_of
        from sibulou.roster.groups import add_area, add_group, add_micro_grid

        above = area_by_code(given.area)
        number = int(given.name) if given.name.isascii() and given.name.isdigit() and len(given.name) < 4 else None
        name = "" if number is not None else given.name
        if above.at is Level.VILLAGE:
            made = add_group(village=above, number=number, name=name, by=by, now=now)
        elif above.at is Level.GROUP:
            made = add_micro_grid(group=above, number=number, name=name, by=by, now=now)
        else:
            made = add_area(parent=above, code=given.code, name=given.name, by=by, now=now)
        code = code_of(made)
    say(f"已新增 {made.name}（{code}）", f"{made.name} ({code}) is added")


def rename(given: argparse.Namespace) -> None:
    """Give an area another name."""
    with county() as (by, now):
        from sibulou.roster.areas import area_by_code
        from sibulou.roster.correcting import rename_area

        area = area_by_code(given.area)
        before = area.name
        rename_area(area=area, name=given.name, by=by, now=now)
    say(f"{before} 已更名为 {area.name}", f"{before} is now called {area.name}")


def recode(given: argparse.Namespace) -> None:
    """Give an area another code from a day on; key, history and obligations stay."""
    day = _day(given.day)
    with county() as (by, now):
        from sibulou.roster.areas import area_by_code
        from sibulou.roster.recode import recode_area

        area = area_by_code(given.area)
        changed = recode_area(area=area, code=given.code, from_date=day, notice=given.notice, by=by, now=now)
    say(
        f"{area.name} 自 {day} 起代码为 {given.code}，连同下级共变更 {changed} 个代码",
        f"{area.name} has the code {given.code} from {day} on; {changed} codes changed, those under it included",
    )


def end(given: argparse.Namespace) -> None:
    """End an area over which nothing is left on the roster, or merge it into another."""
    with county() as (by, now):
        from sibulou.roster.areas import area_by_code
        from sibulou.roster.ending import end_area
        from sibulou.roster.merging import merge_area

        area = area_by_code(given.area)
        if given.into is None:
            end_area(area=area, by=by, now=now, reason=given.reason)
            said = f"已撤销 {area.name}", f"{area.name} is ended"
        else:
            into = area_by_code(given.into)
            merged = merge_area(area=area, into=into, by=by, now=now, reason=given.reason)
            said = (
                f"{area.name} 已并入 {into.name}：{merged.households} 户、{merged.people} 人、"
                f"{merged.things} 个卡点场所机构、{merged.parts} 个下级区域",
                f"{area.name} is merged into {into.name}: {merged.households} households, {merged.people} people, "
                f"{merged.things} posts, places and institutions, {merged.parts} areas under it",
            )
    say(*said)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NoSuchDay(given=text[:20]) from None
