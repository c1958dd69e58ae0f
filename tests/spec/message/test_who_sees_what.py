"""The database refuses by itself: messages are one's own, channels the administrator's, deliveries stay as they are."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from sibulou.lib.clock import now
from sibulou.message import jobs
from sibulou.message.channels import add_host, set_up, switch
from sibulou.message.making import make_messages
from sibulou.message.models import Channel, Delivery, Host, Message, Preference, Recipient
from sibulou.message.pruning import prune
from sibulou.message.sending import keep, send_due
from sibulou.roster.access import NOTHING, Reach, acting, reach_of
from tests.kernel import OFFICER, County, moment
from tests.spec.message.servers import Heard

pytestmark = pytest.mark.django_db
NINE = moment("1 Mar 09:00")


def told(here: County, web: Heard) -> None:
    """Nine o'clock: everybody was warned, and a robot sent its digest."""
    here.start("temperature")
    add_host(area=here.areas["county"], name="127.0.0.1", by=OFFICER, now=NINE)
    robot = set_up(
        area=here.areas["county"], kind="wecom", title="群", typed={"url": web.url}, minutes=30, quiet=None, by=OFFICER,
        now=NINE - timedelta(hours=1),
    )  # fmt: skip
    switch(channel=robot, on=True, by=OFFICER, now=NINE - timedelta(hours=1))
    here.escalate("1 Mar 09:00")
    assert make_messages(now=NINE) == 4
    assert send_due(now=NINE) == 1


def test_one_sees_ones_own_messages_and_no_channel(here: County, web: Heard) -> None:
    """A guard sees one message; a county officer none of the guards', and neither sees a channel, host or delivery."""
    told(here, web)
    for name, many in (("Li", 1), ("Officer", 0)):
        with acting(reach_of(here.users[name], now=NINE)):
            assert Message.objects.count() == many
            assert [model.objects.count() for model in (Channel, Host, Delivery, Recipient)] == [0, 0, 0, 0]
    with acting(NOTHING):
        assert Message.objects.count() == 0


def test_an_administrator_sees_the_channels_and_nobodys_messages(here: County, web: Heard) -> None:
    here.appoint("Admin", "administrator", "county")
    told(here, web)
    with acting(reach_of(here.users["Admin"], now=NINE)):
        assert (Message.objects.count(), Channel.objects.count(), Delivery.objects.count()) == (0, 1, 1)


def test_nobody_writes_into_anothers_name(here: County, web: Heard) -> None:
    """Neither a message nor what somebody wants."""
    told(here, web)
    li, chen = here.users["Li"], here.users["Chen"]
    row = Message.objects.filter(user=li)[0]
    with acting(Reach(user_id=chen.pk)):
        assert Message.objects.filter(pk=row.pk).update(seen_at=NINE) == 0
        with pytest.raises(DatabaseError), transaction.atomic():
            Preference.objects.create(user=li, sms=False)
        with pytest.raises(DatabaseError), transaction.atomic():
            Message.objects.create(
                user=chen, kind="warn", duty=row.duty, area_id=row.area_id, areas=1, many=1, due_at=NINE, rings=False,
                told_at=NINE,
            )  # fmt: skip


def test_a_delivery_is_never_changed(here: County, web: Heard) -> None:
    told(here, web)
    with pytest.raises(DatabaseError), transaction.atomic():
        Delivery.objects.update(outcome="failed")
    with pytest.raises(DatabaseError), transaction.atomic():
        Delivery.objects.all().delete()


def test_what_was_told_long_ago_is_deleted_by_the_clockwork_alone(
    here: County, web: Heard, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """After the days that are set; what lies within the last month stays, whatever is asked."""
    told(here, web)
    made = Channel.objects.get()
    keep(made, None, "sent", upto=1, many=1, now=now())
    settings.MESSAGES_DAYS = 90
    monkeypatch.setattr(jobs, "now", lambda: NINE + timedelta(days=89))
    assert jobs.pruning(0) == 0
    monkeypatch.setattr(jobs, "now", lambda: NINE + timedelta(days=91))
    assert jobs.pruning(0) == 5
    assert prune(days=0, now=now() + timedelta(days=365)) == 0
    assert (Message.objects.count(), Delivery.objects.count()) == (0, 1)
    assert minute_after(here) == 1, "what is told from then on goes out"


def minute_after(here: County) -> int:
    """Ten o'clock, when what was warned of has come due."""
    ten = moment("1 Mar 10:00")
    here.escalate("1 Mar 10:00")
    make_messages(now=ten)
    return send_due(now=ten)


def test_each_minute_the_clockwork_makes_and_sends(here: County, web: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its job does both, and the next minute neither again."""
    told(here, web)
    ten = moment("1 Mar 10:00")
    monkeypatch.setattr(jobs, "now", lambda: ten)
    assert (jobs.messages(0), jobs.messages(0)) == (4, 0)
    assert [row.outcome for row in Delivery.objects.order_by("pk")] == ["sent", "sent"]
    assert "已逾期 4 项" in web.texts[1]
