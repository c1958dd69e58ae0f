"""The days of the demonstration, one step after the other; also what the drill and the tests play on."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import connection, transaction

from sibulou.demo import chores, scene
from sibulou.demo.accounts import open_accounts
from sibulou.demo.duty_roster import publish_week, shifts_of, tell_minutes
from sibulou.demo.force import seed_force
from sibulou.demo.history import History
from sibulou.demo.load import analyse, county_cipher, found_and_load, leave_unchecked, refuse_orphans
from sibulou.demo.roll import DAY, whole
from sibulou.demo.stories import Stage, Teller, of_day, planted
from sibulou.duty.escalate import escalate
from sibulou.duty.models import Event
from sibulou.duty.reconcile import reconcile
from sibulou.duty.settle import settle_all
from sibulou.roster.audit import CLOCKWORK
from sibulou.roster.models import AreaCode

if TYPE_CHECKING:
    from sibulou.demo.play import Script

Step = Callable[[str, str], AbstractContextManager[Callable[[str], None]]]
WRITTEN = ["obligation", "record", "climb", "watch", "appointment", "seat", "waiver", "revision", "leave"]


def _quietly(zh: str, en: str) -> AbstractContextManager[Callable[[str], None]]:
    return nullcontext(lambda text: None)


def play_days(script: Script, *, step: Step = _quietly) -> Event:
    """Found, fill and play. `default` must lead to the owner. The filling and the days are one transaction each."""
    from sibulou.demo.play import PASSWORD, START

    now = script.now.astimezone(UTC)
    with step("建县、造人", "the county and its people") as say:
        made = found_and_load(
            code=script.code, cipher=county_cipher(), start=START, by=CLOCKWORK, scale=script.scale, seed=script.seed
        )
        say(f"{made.rows['household']:,} 户 {made.rows['person']:,} 人")
    with transaction.atomic():
        left_out = leave_unchecked("default")
        event = _play(script, START.astimezone(UTC), now, step)
        if left_out:
            refuse_orphans(WRITTEN, "default")
        open_accounts(PASSWORD)
    with step("整理", "tidy up"):
        _tidy()
    return event


def _play(script: Script, start: datetime, now: datetime, step: Step) -> Event:
    area = AreaCode.objects.get(code=script.code, valid_to__isnull=True).area
    event = scene.begin(area=area, start=start)
    scene.leave_holes(event, start=start)
    scene.be_stricter(event, start=start)
    with step("单位、队伍、队员", "units, teams and people to be put on duty") as say:
        say(f"{seed_force(area, scale=script.scale, seed=script.seed, now=start):,}")
    with step("排一周的班并发布", "a week's duty roster, made and published") as say:
        rota = publish_week(area, seed=script.seed, start=start, now=now)
        say(f"{shifts_of(rota) if rota else 0:,}")
    with step("按下启动键，开列应办", "press the start key, open what is owed") as say:
        say(f"{reconcile(now=now).total:,}")
    with step("十天记录", "ten days of records") as say:
        history = tell(event, seed=script.seed, now=now)
        say(f"{history.told:,}")
    with step("结算", "settle") as say:
        say(f"{settle_all(now=now):,}")
    if rota is not None:
        with step("缺人的每一分钟", "every minute below strength") as say:
            say(f"{tell_minutes(rota, event, history.scene, now=now):,}")
    with step("催办、豁免、更正", "tellings, waivers, corrections") as say:
        _analyse_so_far()
        chores.do_chores(event, start=start, now=now)
        say(f"{escalate(now=now, catch_up=True):,}")
    return event


def tell(event: Event, *, seed: int, now: datetime, plant: bool = True, keep: bool = False) -> History:
    """Tell everything that is owed and heard by `now`, and the stories; the caller settles."""
    played = scene.Scene.of(event, seed=seed)
    stage, teller = Stage.read(played.running.over), Teller(played.county, played.book)
    history = History(played.running, played.county, played.book, played.judge, now, keep=keep)
    midnight = int(played.county.midnight(whole([played.county.start]))[0])
    told = [
        deed
        for day in range((now - event.started_at) // timedelta(days=1) + 2)
        for deed in of_day(teller, stage, midnight + day * DAY)
    ]
    if plant:
        misses = planted(teller, stage, int(now.timestamp()))
        history.withheld = misses.withheld
        told += misses.told
    history.play(told)
    return history


def _analyse_so_far() -> None:
    """Statistics for the planner on what this transaction has written: the tellings take a third less."""
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(WRITTEN)}")


def _tidy() -> None:
    """Statistics and visibility for the planner, outside any transaction."""
    analyse([*WRITTEN, "account"])
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) obligation, record")
