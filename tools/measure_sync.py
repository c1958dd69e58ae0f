"""Measure the first and the next sync of one large village, over HTTP's own handler: seconds and packed bytes.

    .venv/bin/python tools/measure_sync.py        # a village of 1,100 households in a database of its own

The figures in docs/reference/field-api.md come from here. The village is the generator's.
"""

from __future__ import annotations

import gzip
import json
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

HOUSEHOLDS = 1100


def main() -> int:
    """Found the village, start a response, and let its secretary's device sync."""
    from sibulou.edge import open_county
    from sibulou.lib import database, postgres

    with tempfile.TemporaryDirectory(prefix="sib", dir="/tmp", ignore_cleanup_errors=True) as folder:
        open_county(database.find({"SIBULOU_DATA": folder}))
        try:
            _measure()
        finally:
            postgres.stop(Path(folder))
    return 0


def _found() -> None:
    from django.core.management import call_command
    from django.db import transaction

    from sibulou.demo import drill
    from sibulou.demo.county import Ground, make_county, since
    from sibulou.demo.load import copy_all, first_free, set_sequences
    from sibulou.roster.access import EVERYTHING, acting
    from sibulou.roster.area_key import from_code
    from sibulou.roster.divisions import county as division
    from sibulou.roster.found import NewArea, put_areas
    from sibulou.roster.seal import field_cipher

    call_command("migrate", database="owner", verbosity=0)
    plan = division("530425")
    village = next(one for one in plan.villages if one.code.startswith(plan.townships[1].code))
    kept = [one for one in plan.divisions if len(one.code) <= 6 or one in (plan.townships[1], village)]
    with acting(EVERYTHING), transaction.atomic():
        rows = [NewArea(from_code(one.code), one.name, one.short, one.code) for one in kept]
        put_areas(rows, since=since(drill.START))
    ground = Ground.of(replace(plan, townships=(plan.townships[1],), villages=(village,)))
    with transaction.atomic(using="owner"):
        ids = first_free()
        scale = HOUSEHOLDS / 7300  # one village alone takes a seventh of a county of this scale
        copy_all(make_county(ground=ground, cipher=field_cipher(), now=since(drill.START), scale=scale, ids=ids))
        set_sequences(ids)


def _measure() -> None:
    from django.test import Client

    from sibulou.demo import drill
    from sibulou.duty import force
    from sibulou.duty.reconcile import reconcile
    from sibulou.field.devices import enrol_signed_in
    from sibulou.lib.clock import now as read_clock
    from sibulou.plans import shipped
    from sibulou.roster.access import EVERYTHING, acting
    from sibulou.roster.audit import By
    from sibulou.roster.models import Appointment, Area, Household, Person

    _found()
    now, by = read_clock(), By("测量", "administrator")
    with acting(EVERYTHING):
        text = shipped()["covid19-2020"].read_text(encoding="utf-8")
        version = force.load(text, file="covid19-2020.yaml", by=by, now=now)
        county = Area.objects.get(level=3)
        force.activate(area=county, version=version, level="I", title="测量", notice="第1号", legal_basis="法", by=by,
                       now=now)  # fmt: skip
        reconcile(now=now)
        print(f"{Household.objects.count()} households, {Person.objects.count()} persons, start {drill.START:%F}")
        terms = Appointment.objects.select_related("user").order_by("pk")
        roles = ("village_secretary", "group_head")
        carried = [(role, enrol_signed_in(user=terms.filter(seat__role=role)[0].user, name="测量", now=now).token)
                   for role in roles]  # fmt: skip
    for role, token in carried:  # what was done above is committed now
        _sync(role, token, Client(SERVER_NAME="localhost"))


def _sync(role: str, token: str, client: object) -> None:
    headers = {"Authorization": f"Device {token}", "Accept-Encoding": "gzip"}
    since = ""
    for turn in range(4):
        began = time.perf_counter()
        said = client.get("/api/v1/sync", {"since": since}, headers=headers)  # type: ignore[attr-defined]
        took = time.perf_counter() - began
        packed = len(said.content)
        told = json.loads(gzip.decompress(said.content) if said.get("Content-Encoding") == "gzip" else said.content)
        since = told["next"]
        sizes = {name: len(told[name]["rows"]) for name in ("subjects", "obligations", "answers", "areas")}
        print(f"{role} {turn}: {took * 1000:.0f} ms, {packed / 1024:.0f} KB packed, fresh {told['fresh']}, {sizes}")


if __name__ == "__main__":
    sys.exit(main())
