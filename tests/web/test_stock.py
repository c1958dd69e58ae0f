"""Supplies on their pages: a delivery from hand to hand, a count with a difference, what may not be entered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import localtime

from sibulou.duty.models import Record
from sibulou.fronts.defence.models import StockLine
from sibulou.lib.clock import now
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.models import Place
from tests.web.reading import hidden, links, words
from tests.web.scene import Scene
from tests.web.stores_of_scene import stock, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def store(scene: Scene) -> Place:
    return stock(scene)


def sign_in(scene: Scene, signed_in: Any, role: str, where: str = "", language: str = "zh-hans") -> Client:
    client: Client = signed_in(scene.inside(role, where), language)
    return client


def send(client: Client, store: Place, to: int, quantity: int, **more: str) -> Any:
    what = {"to": str(to), "what": "mask|B1", "quantity": str(quantity), **more}
    return client.post(f"/stock/{store.pk}/moves/", what, follow=True)


def told_of(form: str) -> int:
    with acting(EVERYTHING):
        return Record.objects.filter(form=form).count()


def to_sign(client: Client, place: int) -> str:
    """Where the page of a place leads to sign for what is coming."""
    return next(one for one in links(client.get(f"/stock/{place}/")) if "/receipts/" in one)


def test_a_delivery_is_in_nobodys_book_until_another_person_signs(scene: Scene, store: Place, signed_in: Any) -> None:
    giver, head = sign_in(scene, signed_in, "supplies_head"), sign_in(scene, signed_in, "post_head", "post")
    post = scene.world.post.pk
    shown = words(send(giver, store, post, 200))
    assert "已登记" in shown and "发出未签收" in shown
    assert "在途 1" in words(giver.get("/stock/"))
    refused = giver.post(to_sign(giver, post), {"quantity": "200"})
    assert refused.status_code == 403 and "签收须由另一人办理" in words(refused)
    with acting(EVERYTHING):
        assert [one.kind for one in StockLine.objects.filter(item="mask")] == ["in", "sent"]
    signed = head.post(to_sign(head, post), {"quantity": "200"}, follow=True)
    assert "已签收，入了账" in words(signed) and "口罩 200" in words(signed)
    assert "没有在途的" in words(giver.get("/stock/"))


def test_less_than_was_sent_is_asked_about_at_once(scene: Scene, store: Place, signed_in: Any) -> None:
    giver, head = sign_in(scene, signed_in, "supplies_head"), sign_in(scene, signed_in, "post_head", "post")
    send(giver, store, scene.world.post.pk, 200)
    shown = words(head.post(to_sign(head, scene.world.post.pk), {"quantity": "180"}, follow=True))
    assert "实收与发出不符 · 口罩 B1 · 应有 200 · 实有 180" in shown


def test_a_count_the_next_day_that_differs_is_explained(
    scene: Scene, store: Place, signed_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    """The page says so at once, and leads to where it is explained; then nothing is owed."""
    giver, head = sign_in(scene, signed_in, "supplies_head"), sign_in(scene, signed_in, "post_head", "post")
    post = scene.world.post.pk
    send(giver, store, post, 200)
    head.post(to_sign(head, post), {"quantity": "200"})
    monkeypatch.setenv("SIBULOU_CLOCK_SHIFT", str(-24 * 3600))
    head = sign_in(scene, signed_in, "post_head", "post")
    counted = head.post(f"/stock/{post}/counts/", {"mask": "183"}, follow=True)
    assert "有 1 项账物不符，请在下面说明" in words(counted)
    assert "盘点与账不符 · 口罩 · 应有 200 · 实有 183" in words(counted)
    form = next(one for one in links(counted) if "form=stock_explained" in one)
    at = (localtime(now()) + timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M")
    said = {"id": hidden(head.get(form), "id"), "cause": "not_written", "remark": "夜班漏记", "happened_at": at}
    assert "要说明" not in words(head.post(form, said, follow=True))
    assert "口罩 183" in words(head.get(f"/stock/{post}/"))


def test_a_count_that_agrees_asks_for_nothing(scene: Scene, store: Place, signed_in: Any) -> None:
    keeper = sign_in(scene, signed_in, "place_keeper")
    shown = words(keeper.post(f"/stock/{store.pk}/counts/", {"mask": "500", "disinfectant": "40"}, follow=True))
    assert "已登记。" in shown and "账物不符" not in shown


def test_no_more_is_given_out_than_the_book_has(scene: Scene, store: Place, signed_in: Any) -> None:
    answer = send(sign_in(scene, signed_in, "supplies_head"), store, scene.world.post.pk, 501)
    assert answer.status_code == 409 and "账上“B1”只剩 500 件" in words(answer)
    assert told_of("stock_out") == 0


def test_out_of_an_empty_book_nothing_is_given(scene: Scene, store: Place, signed_in: Any) -> None:
    """The sentence says what to do first."""
    head = sign_in(scene, signed_in, "post_head", "post")
    answer = head.post(f"/stock/{scene.world.post.pk}/uses/", {"what": "", "quantity": "3", "why": "used"})
    assert answer.status_code == 409 and "请先签收或入库" in words(answer)


@pytest.mark.parametrize("typed", ["", "三百", "-5", "3.5"])
def test_what_is_no_quantity_is_said_and_nothing_is_kept(
    scene: Scene, store: Place, signed_in: Any, typed: str
) -> None:  # fmt: skip
    head = sign_in(scene, signed_in, "post_head", "post")
    answer = head.post(f"/stock/{scene.world.post.pk}/requests/", {"item": "mask", "quantity": typed})
    assert answer.status_code == 422 and "数量" in words(answer)
    assert told_of("stock_request") == 0


def test_what_a_post_asks_for_leads_to_the_store_that_can_send_it(scene: Scene, store: Place, signed_in: Any) -> None:
    """Post, item and quantity stand in the form already; signed for at the post the request is closed."""
    head, giver = sign_in(scene, signed_in, "post_head", "post"), sign_in(scene, signed_in, "supplies_head")
    post = scene.world.post.pk
    head.post(f"/stock/{post}/requests/", {"item": "mask", "quantity": "60", "remark": "夜班车多"})
    board = giver.get("/stock/")
    assert "申领 口罩 60" in words(board) and "从县物资总库发（有 500）" in words(board)
    address = next(one for one in links(board) if "moves/?request=" in one)
    form = giver.get(address).content.decode()
    for chosen in (f'name="to" value="{post}" checked', 'name="what" value="mask|B1" checked', 'value="60"'):
        assert chosen in form
    request = address.split("request=")[1]
    send(giver, store, post, 60, request=request)
    head.post(to_sign(head, post), {"quantity": "60"})
    assert "申领 口罩" not in words(giver.get("/stock/"))
    assert told_of("stock_delivered") == 1


def test_the_board_points_out_what_expires_and_what_runs_short(scene: Scene, store: Place, signed_in: Any) -> None:
    """Of masks 480 of 500 went in these twenty hours: what is left lasts an hour."""
    assert "没有快用完的" in words(sign_in(scene, signed_in, "supplies_head").get("/stock/"))
    told(scene, store.pk, "stock_used", 3, item="mask", batch="B1", quantity=480, why="used")
    shown = words(sign_in(scene, signed_in, "supplies_head").get("/stock/"))
    assert "不足 1" in shown and "临期 1" in shown
    assert "县物资总库 口罩 0.0 天 现有 20 每天用 480.0" in shown
    assert "县物资总库 消毒液 X1" in shown
    english = words(sign_in(scene, signed_in, "supplies_head", language="en").get("/stock/"))
    assert "short 1" in english and "expiring 1" in english


def test_donations_are_shown_as_totals_without_a_donor(scene: Scene, store: Place, signed_in: Any) -> None:
    duty = sign_in(scene, signed_in, "county_duty", "county")
    typed = {"item": "food", "batch": "F1", "quantity": "30", "source": "donated", "donor": "不愿留名的人"}
    assert "已登记" in words(duty.post(f"/stock/{store.pk}/intakes/", typed, follow=True))
    told(scene, store.pk, "stock_used", 0, item="food", batch="F1", quantity=4, why="need")
    shown = words(duty.get("/stock/donations/"))
    assert "生活物资 F1 30 0 4 0 0 26" in shown and "不愿留名的人" not in shown


def test_a_keeper_sees_his_own_place_and_no_other(scene: Scene, store: Place, signed_in: Any) -> None:
    keeper = sign_in(scene, signed_in, "place_keeper")
    assert keeper.get(f"/stock/{store.pk}/").status_code == 200
    assert keeper.get(f"/stock/{scene.world.post.pk}/").status_code == 404
    assert f"/stock/{store.pk}/" in links(keeper.get("/mine/"))
    board = keeper.get("/stock/")
    assert "1 处存放" in words(board) and "/stock/donations/" not in links(board)


def test_a_keeper_sends_to_posts_that_he_does_not_see(scene: Scene, store: Place, signed_in: Any) -> None:
    keeper = sign_in(scene, signed_in, "place_keeper")
    assert scene.world.post.subject.label in words(keeper.get(f"/stock/{store.pk}/moves/"))
    assert "已登记" in words(send(keeper, store, scene.world.post.pk, 20))


def test_a_place_that_keeps_no_stock_has_no_page_and_is_sent_nothing(
    scene: Scene, store: Place, signed_in: Any
) -> None:  # fmt: skip
    duty = sign_in(scene, signed_in, "county_duty", "county")
    assert duty.get(f"/stock/{scene.world.market.pk}/").status_code == 404
    answer = send(duty, store, scene.world.market.pk, 5)
    assert answer.status_code == 422 and "不是在册的卡点或物资存放处" in words(answer)


def test_of_a_post_only_what_one_may_read_is_a_link(scene: Scene, store: Place, signed_in: Any) -> None:
    """The head of supplies sees the book of every place, and no records that tell of people."""
    told(scene, scene.world.post.pk, "stock_count", 1, by="石磊", thermometer=0)
    giver, head = sign_in(scene, signed_in, "supplies_head"), sign_in(scene, signed_in, "post_head", "post")
    for client, there in ((giver, False), (head, True)):
        found = [one for one in links(client.get(f"/stock/{scene.world.post.pk}/")) if one.startswith("/records/")]
        assert bool(found) is there
        assert all(client.get(one).status_code == 200 for one in found)


def test_without_a_plan_in_force_the_past_is_shown_and_nothing_entered(
    scene: Scene, store: Place, signed_in: Any
) -> None:  # fmt: skip
    with acting(EVERYTHING):
        scene.event.ended_at, scene.event.ended_by = now(), "林静"
        scene.event.save()
    keeper = sign_in(scene, signed_in, "place_keeper")
    assert "现在没有管物资的预案在执行" in words(keeper.get("/stock/"))
    answer = keeper.post(f"/stock/{store.pk}/counts/", {"mask": "500"})
    assert answer.status_code == 409 and "请等待启动" in words(answer)


def test_an_empty_county_says_where_to_begin(scene: Scene, signed_in: Any) -> None:
    shown = words(sign_in(scene, signed_in, "county_duty", "county").get("/stock/"))
    assert "还没有登记任何物资" in shown and "没有在途的" in shown and "账物相符" in shown
