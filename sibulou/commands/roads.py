"""`roads import`, `roads place`, `roads check`."""

from __future__ import annotations

import argparse
from pathlib import Path

from sibulou.commands.opening import county, say
from sibulou.commands.plans import read_bytes


def bring_in(given: argparse.Namespace) -> None:
    """Import the roads of a county with its boundary, all or nothing."""
    with county() as (by, now):
        from sibulou.fronts.defence.cordon.datum import Datum
        from sibulou.fronts.defence.cordon.store import Import, import_roads
        from sibulou.roster.areas import area_by_code

        area = area_by_code(given.area)
        files = Import(Path(given.file), Path(given.boundary), Datum(given.datum),
                       Datum(given.boundary_datum or given.datum))  # fmt: skip
        kept = import_roads(area=area, files=files, by=by, now=now)
    say(
        f"已导入 {area.name} 的路网：{kept.nodes} 个路口，{kept.roads} 段路",
        f"the roads of {area.name} are imported: {kept.nodes} nodes, {kept.roads} roads",
    )


def place(given: argparse.Namespace) -> None:
    """Give posts and villages their places from a CSV file, all or none."""
    content = read_bytes(Path(given.file))
    with county() as (by, now):
        from sibulou.fronts.defence.cordon.datum import Datum
        from sibulou.fronts.defence.cordon.placing import place_all

        placed = place_all(content=content, datum=Datum(given.datum), by=by, now=now)
    say(f"已定位 {placed} 处", f"{placed} placed")


def check(given: argparse.Namespace) -> int:
    """Say which villages lie open now, and how few posts would close them all; 1 when one does or nothing is proven."""
    with county() as (_, now):
        from sibulou.fronts.defence.cordon.county import cordon_at
        from sibulou.roster.areas import area_by_code

        found = cordon_at(area_by_code(given.area).pk, now)
    for one in found.villages:
        if one.leak is not None:
            km = f"{one.leak.metres / 1000:.1f}"
            say(f"缺口 {one.name}：绕行 {km} 公里", f"open {one.name}: a way in of {km} km")
        elif not one.placed:
            say(f"未定位 {one.name}", f"no place on the roads: {one.name}")
    for zh, en in found.sites(found.whole):
        say(f"  补设 {zh}", f"a post at {en}")
    shut = sum(one.closed for one in found.villages)
    say(
        f"{len(found.villages)} 个村中 {shut} 个已封住；补设 {len(found.whole)} 处可全部封住",
        f"{shut} of {len(found.villages)} villages are closed; {len(found.whole)} more posts would close all",
    )
    return 0 if shut == len(found.villages) else 1
