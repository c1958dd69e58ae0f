"""A channel sends digests of what stands open: seldom, not at night, and never of people. One that fails is a gap."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time, timedelta

import pytest

from sibulou.message import sending
from sibulou.message.adapters import wire
from sibulou.message.channels import add_host, remove_host, set_up, switch
from sibulou.message.failing import report_all
from sibulou.message.inbox import prefer, see
from sibulou.message.making import make_messages
from sibulou.message.models import Channel, Delivery, Host, Message
from sibulou.message.problems import HostInUse, HostNotListed
from sibulou.message.sending import send_due
from sibulou.roster.access import Reach, acting
from sibulou.roster.models import User
from sibulou.roster.phone import read_phone
from sibulou.roster.seal import ACCOUNT_PHONE, seal_phone
from tests.kernel import OFFICER, County, moment, plan, said
from tests.spec.message.servers import Heard
from tests.world import phone_of

pytestmark = pytest.mark.django_db
NIGHT = (time(22), time(7))
REPAIR = """
    scope: areas.county
    owner: administrator
    cadence: {event: {}}
    clocks: {warn: 0 min, due: 30 min, tell: 4 hours}
    closers: [{form: channel_repaired, answers: true}]
    ladder: county"""
FORMS = """forms:
  - key: channel_failed
    title: {zh: 故障, en: failed}
    subject: area
    why: {zh: 看, en: to see}
    by_system: true
    fields:
      - {key: kind, title: {zh: 通道, en: kind}, type: text, required: true}
      - {key: tries, title: {zh: 次数, en: tries}, type: integer, required: true}
  - key: channel_repaired
    title: {zh: 恢复, en: repaired}
    subject: area
    why: {zh: 看, en: to see}
    by_system: true
    fields:
      - {key: how, title: {zh: 怎样, en: how}, type: text, required: true}
"""
RULE = "  - {key: fails, article: [S20], on: [channel_failed], open: {duty: repair, for: subject}}\n"


def with_repair(*duties: str) -> str:
    """A plan in which a failing channel is a gap of the administrator."""
    text = plan(*duties, also={"repair": REPAIR}).replace("forms:\n", FORMS)
    return text.replace("rules:\n  []\n", "rules:\n").replace("rules:\n", f"rules:\n{RULE}")


@pytest.fixture
def running(here: County) -> Iterator[County]:
    """The county with readings owed, telephones in its guards' accounts, and an administrator."""
    here.start(text=with_repair("temperature", "clinic"))
    here.appoint("Admin", "administrator", "county")
    for number, name in enumerate(("Li", "Chen"), start=1):
        sealed, _ = seal_phone(read_phone(phone_of(number), demo=True), ACCOUNT_PHONE)
        User.objects.filter(name=name).update(phone_sealed=sealed)
    add_host(area=here.areas["county"], name="127.0.0.1", by=OFFICER, now=moment("1 Mar 08:00"))
    yield here


def channel(
    here: County, kind: str, area: str = "county", *, quiet: tuple[time, time] | None = None, **typed: str
) -> Channel:
    """A channel that is on."""
    now = moment("1 Mar 08:00")
    made = set_up(
        area=here.areas[area], kind=kind, title=kind, typed=typed, minutes=30, quiet=quiet, by=OFFICER, now=now
    )
    switch(channel=made, on=True, by=OFFICER, now=now)
    return made


def robot(here: County, web: Heard, area: str = "county", **more: object) -> Channel:
    return channel(here, "wecom", area, url=web.url, **more)  # type: ignore[arg-type]


def gateway(here: County, web: Heard, **more: object) -> Channel:
    return channel(here, "sms", url=web.url, fields="to={phone}\nsay={text}", **more)  # type: ignore[arg-type]


def minute(here: County, *moments: str) -> int:
    """The clockwork's minutes: climb, make, send. How many messages went out."""
    sent = 0
    for at in moments:
        here.escalate(at)
        make_messages(now=moment(at))
        report_all(now=moment(at))
        sent += send_due(now=moment(at))
    return sent


def log(one: Channel) -> list[str]:
    """What became of each attempt."""
    rows = Delivery.objects.filter(channel=one).order_by("pk")
    return [
        f"{said(row.tried_at)} {row.outcome}" + (f", again {said(row.next_try_at)}" if row.next_try_at else "")
        for row in rows
    ]


def test_nothing_is_sent_while_no_channel_is_on(running: County, web: Heard) -> None:
    """Set up, a channel is off; switched on, it begins with what is told from then on."""
    made = set_up(
        area=running.areas["county"], kind="wecom", title="群", typed={"url": web.url}, minutes=30, quiet=None,
        by=OFFICER, now=moment("1 Mar 08:00"),
    )  # fmt: skip
    assert minute(running, "1 Mar 09:00") == 0
    switch(channel=made, on=True, by=OFFICER, now=moment("1 Mar 09:01"))
    assert minute(running, "1 Mar 09:02") == 0
    assert minute(running, "1 Mar 10:00") == 1
    assert web.texts == ["【四不漏】county 截至 10:00；已逾期 4 项：temperature 4。"]


def test_a_group_hears_of_its_area_and_of_nobody_by_name(running: County, web: Heard) -> None:
    """The township's robot counts two villages: how many, of what, by when."""
    robot(running, web, "North")
    minute(running, "1 Mar 09:00")
    assert web.texts == ["【四不漏】North 截至 09:00；将到期 3 项，最早 10:00：temperature 3。"]


def test_at_most_one_digest_in_its_interval(running: County, web: Heard) -> None:
    """Warned at nine; what comes within half an hour waits, and comes in one."""
    made = robot(running, web)
    minute(running, "1 Mar 09:00", "1 Mar 09:05")
    running.tell("Wang | 1 Mar 09:06 | reading 38.5")
    minute(running, "1 Mar 09:10", "1 Mar 09:29", "1 Mar 10:06")
    assert log(made) == ["1 Mar 09:00 sent", "1 Mar 10:06 sent"]
    assert "已逾期 3 项：temperature 3" in web.texts[1] and "将到期 1 项，最早 11:06：clinic 1" in web.texts[1]


def test_a_digest_says_how_things_are_now(running: County, web: Heard) -> None:
    """All answered before it may go out: nothing is sent, and that it lapsed is on record."""
    made = robot(running, web, quiet=(time(8, 30), time(9, 45)))
    minute(running, "1 Mar 09:00")
    running.tell(*(f"{name} | 1 Mar 09:30 | reading 36.5" for name in ("Wang", "Zhao", "Sun", "Qian")))
    assert minute(running, "1 Mar 09:45") == 0
    assert (log(made), web.bodies) == (["1 Mar 09:45 lapsed"], [])


def test_warnings_wait_for_the_morning(running: County, web: Heard) -> None:
    """Quiet from half past eight to half past ten: one digest after it."""
    made = robot(running, web, quiet=(time(8, 30), time(10, 30)))
    minute(running, "1 Mar 09:00", "1 Mar 10:00", "1 Mar 10:29", "1 Mar 10:30")
    assert log(made) == ["1 Mar 10:30 sent"]


def test_a_gap_that_may_ring_at_night_breaks_through_and_takes_the_rest_along(running: County, web: Heard) -> None:
    """A fever at nine in the evening, due at eleven: its duty rings by the plan, but its warning alone did not."""
    made = robot(running, web, quiet=(time(20, 30), time(7)))
    running.tell("Wang | 1 Mar 21:00 | reading 38.5")
    minute(running, "1 Mar 22:00")
    assert log(made) == []
    minute(running, "1 Mar 23:00")
    assert log(made) == ["1 Mar 23:00 sent"]
    assert "clinic 1" in web.texts[0]


def test_a_guard_gets_a_text_message_about_his_own(running: County, web: Heard) -> None:
    """Two guards have numbers: one message each, to that number, in his language, without his name."""
    User.objects.filter(name="Chen").update(language="en")
    assert minute(running, "1 Mar 08:59") == 0
    gateway(running, web)
    assert minute(running, "1 Mar 09:00") == 2
    assert {(form["to"], form["say"]) for form in web.forms} == {
        (phone_of(1), "【四不漏】Lake 截至 09:00；将到期 1 项，最早 10:00：temperature 1。"),
        (phone_of(2), "【四不漏】Sibulou Lake As of 09:00; 1 to do, the first by 10:00: temperature 1."),
    }  # fmt: skip


def test_what_was_seen_in_the_inbox_is_not_sent(running: County, web: Heard) -> None:
    gateway(running, web)
    running.escalate("1 Mar 09:00")
    make_messages(now=moment("1 Mar 09:00"))
    _seen_by(running, "Li")
    assert send_due(now=moment("1 Mar 09:00")) == 1
    assert [form["to"] for form in web.forms] == [phone_of(2)]


def _seen_by(here: County, name: str) -> None:
    user = here.users[name]
    with acting(Reach(user_id=user.pk)):
        assert see(user=user, upto=10**9, now=moment("1 Mar 09:00")) == 1


def test_one_may_do_without_and_have_quiet_hours_of_ones_own(running: County, web: Heard) -> None:
    """Li wants no text messages; Chen none before half past nine."""
    for name, sms, quiet in (("Li", False, None), ("Chen", True, (time(8), time(9, 30)))):
        user = running.users[name]
        with acting(Reach(user_id=user.pk)):
            prefer(user=user, sms=sms, mail=None, quiet=quiet, by=OFFICER, now=moment("1 Mar 08:00"))
    made = gateway(running, web)
    minute(running, "1 Mar 09:00", "1 Mar 09:29", "1 Mar 09:30")
    assert log(made) == ["1 Mar 09:30 sent"]
    assert [form["to"] for form in web.forms] == [phone_of(2)]


def test_three_failures_in_a_row_are_a_gap_of_the_administrator(running: County, web: Heard) -> None:
    """Tried again after one minute, then five; at the third the gap is there. It closes by a message that goes out."""
    made = robot(running, web)
    web.mood = "500"
    minute(running, *(f"1 Mar 09:{at:02}" for at in range(7)))
    assert log(made) == [
        "1 Mar 09:00 failed, again 1 Mar 09:01", "1 Mar 09:01 failed, again 1 Mar 09:06",
        "1 Mar 09:06 failed, again 1 Mar 09:36",
    ]  # fmt: skip
    assert [line for line in running.gaps("1 Mar 09:40") if "repair" in line] == [
        "county | repair | since 1 Mar 09:36 | Admin"
    ]
    web.mood = "yes"
    minute(running, "1 Mar 09:36")
    assert [line for line in running.gaps("1 Mar 09:40") if "repair" in line] == []
    assert running.sound()


def test_what_waits_is_not_lost_while_a_channel_fails(
    running: County, web: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next digest that goes out tells of it all."""
    made = robot(running, web)
    web.mood = "slow"
    with monkeypatch.context() as hasty:
        hasty.setattr(wire, "SECONDS", 0.5)
        minute(running, "1 Mar 09:00")
    web.mood = "yes"
    minute(running, "1 Mar 10:00")
    assert Delivery.objects.get(channel=made, outcome="sent").many == Message.objects.count() > 4


def test_switching_a_broken_channel_off_ends_its_gap(running: County, web: Heard) -> None:
    """By name: whoever switches it off stands in the audit; the record says how."""
    made = robot(running, web)
    web.mood = "no"
    minute(running, "1 Mar 09:00", "1 Mar 09:01", "1 Mar 09:06")
    assert running.owed("county", "repair").met_at is None
    switch(channel=Channel.objects.get(pk=made.pk), on=False, by=OFFICER, now=moment("1 Mar 09:20"))
    assert running.owed("county", "repair").met_at == moment("1 Mar 09:20")


def test_a_refused_number_is_that_numbers_trouble(running: County, web: Heard) -> None:
    """No sign of success in the answers to two: half an hour's rest for each of them, and none for the channel."""
    made = channel(running, "sms", url=web.url, fields="to={phone}\nsay={text}", expects="accepted")
    minute(running, "1 Mar 09:00", "1 Mar 09:01")
    assert log(made) == ["1 Mar 09:00 refused, again 1 Mar 09:30"] * 2
    made.refresh_from_db()
    assert (made.next_try_at, made.failures) == (None, 2)


def test_a_channel_broken_before_the_start_key_is_told_when_it_is_pressed(here: County, web: Heard) -> None:
    """No plan, no gap; the first minute under a plan opens it."""
    add_host(area=here.areas["county"], name="127.0.0.1", by=OFFICER, now=moment("1 Mar 08:00"))
    made = robot(here, web)
    Channel.objects.filter(pk=made.pk).update(failures=3)
    report_all(now=moment("1 Mar 08:10"))
    here.start(text=with_repair("temperature"), at="1 Mar 08:20")
    for _ in range(2):
        report_all(now=moment("1 Mar 08:30"))
    assert here.owed("county", "repair").opened_at == moment("1 Mar 08:30")


def test_a_channel_speaks_only_to_machines_on_the_list(running: County, web: Heard) -> None:
    """One that is in use is not taken off; one that is not listed is not taken on."""
    robot(running, web)
    with pytest.raises(HostInUse):
        remove_host(host=Host.objects.get(), by=OFFICER, now=moment("1 Mar 09:00"))
    with pytest.raises(HostNotListed):
        channel(running, "wecom", url="https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x")


def test_settings_lie_sealed(running: County, web: Heard) -> None:
    made = robot(running, web)
    assert b"topsecret" not in bytes(Channel.objects.get(pk=made.pk).settings_sealed)
    assert timedelta(minutes=made.minutes) == timedelta(minutes=30)


def test_a_message_cut_off_between_sending_and_writing_down_is_doubtful(
    running: County, web: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody knows whether it went out: the log says so, and the next digest that one may have come before."""
    made = robot(running, web)

    def killed(*_: object, **__: object) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as cut, pytest.raises(KeyboardInterrupt):
        cut.setattr(sending, "_write_down", killed)
        minute(running, "1 Mar 09:00")
    assert (len(web.texts), log(made)) == (1, [])
    assert minute(running, "1 Mar 09:01") == 0, "as far as anybody knows it is under way"
    assert minute(running, "1 Mar 09:05") == 0
    assert log(made) == ["1 Mar 09:05 doubtful, again 1 Mar 09:06"]
    assert minute(running, "1 Mar 09:06") == 1
    assert web.texts[1].endswith("上一条可能已收到，以这一条为准。")
    minute(running, "1 Mar 10:00")
    assert len(web.texts) == 3 and "可能已收到" not in web.texts[2]


def test_one_that_ends_the_process_each_time_is_tried_less_and_less(
    running: County, web: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = robot(running, web)

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sending, "attempt", killed)
    for at in ("09:00", "09:06", "09:16"):
        with pytest.raises(KeyboardInterrupt):
            minute(running, f"1 Mar {at}")
        minute(running, f"1 Mar {at[:3]}{int(at[3:]) + 5:02d}")
    assert [line.partition("again ")[2] for line in log(made)] == ["1 Mar 09:06", "1 Mar 09:16", "1 Mar 09:51"]
