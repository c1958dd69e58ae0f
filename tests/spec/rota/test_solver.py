"""Chapter: the duty roster. What a roster keeps to, what it says when it cannot, and how it is mended."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sibulou.fronts.defence.rota.ask import DAY, Ask, Hand, Roster, Rules, Slot
from sibulou.fronts.defence.rota.check import Breach, check
from sibulou.fronts.defence.rota.empty import empties
from sibulou.fronts.defence.rota.reach import reach
from sibulou.fronts.defence.rota.repair import repair
from sibulou.fronts.defence.rota.solve import solve
from sibulou.fronts.defence.rota.spread import spread

HOURS = ((0, 8), (8, 16), (16, 24))
GATE = ("police", "medic", "emergency")


def week(post: int = 1, *, crew: int = 2, trades: tuple[str, ...] = (), days: int = 7, first: int = 1) -> list[Slot]:
    """Three shifts a day at a post."""
    return [
        Slot(first + 3 * day + at, post, day * DAY + begins * 60, day * DAY + ends * 60, crew, trades)
        for day in range(days)
        for at, (begins, ends) in enumerate(HOURS)
    ]


def people(count: int, trade: str = "volunteer", first: int = 1, **facts: object) -> list[Hand]:
    return [Hand(first + at, trade, **facts) for at in range(count)]  # type: ignore[arg-type]


def rules_broken(ask: Ask, roster: Roster) -> Counter[str]:
    return Counter(breach.rule for breach in check(ask, roster))


def test_seven_people_keep_a_post_of_two_around_the_clock_for_a_week() -> None:
    """42 places, 7 people on six days of seven: just enough, and every rule is kept."""
    ask = Ask(7, tuple(week()), tuple(people(7)))
    solved = solve(ask)
    assert check(ask, solved.roster) == []
    assert solved.empty == ()
    assert spread(ask, solved.roster).shifts.least == spread(ask, solved.roster).shifts.most == 6


def test_the_arithmetic_is_said_before_anything_is_solved() -> None:
    """The number sanity check of the domain: 72 posts, 3 shifts, 2 people; 139 + 366 people."""
    slots = [slot for post in range(72) for slot in week(post, first=1000 * post + 1)]
    counted = reach(Ask(7, tuple(slots), tuple(people(505))))
    assert (counted.places_a_day, counted.able_a_day, counted.one_more_a_day) == (432, 433, 648)
    assert counted.sentence("en").startswith("432 person-shifts a day, 433 available from 505 people")
    assert "每天要 432 人次，505 人能出 433 人次；每班再加一人就要 648 人次" in counted.sentence("zh-hans")


def test_a_crew_of_three_says_how_many_people_are_lacking() -> None:
    slots = [slot for post in range(72) for slot in week(post, crew=3, first=1000 * post + 1)]
    counted = reach(Ask(7, tuple(slots), tuple(people(505))))
    assert counted.lacking == 72 * 21 * 3 - 3030
    assert counted.people_lacking == -(-counted.lacking // 6)


def test_six_people_cannot_keep_it_and_the_roster_says_where_and_by_how_many() -> None:
    ask = Ask(7, tuple(week()), tuple(people(6)))
    solved = solve(ask)
    assert sum(empty.people for empty in solved.empty) == 42 - 36
    assert rules_broken(ask, solved.roster) == Counter({"crew": len(solved.empty)})
    assert all("free" not in empty.why and sum(empty.why.values()) >= 4 for empty in solved.empty)


def test_every_shift_at_a_gate_has_its_three_trades() -> None:
    hands = [*people(5, "police"), *people(5, "medic", 11), *people(5, "emergency", 21), *people(8, "volunteer", 31)]
    ask = Ask(7, (*week(1, crew=3, trades=GATE), *week(2, first=101)), tuple(hands))
    solved = solve(ask)
    assert check(ask, solved.roster) == []


def test_a_trade_that_nobody_has_is_named_and_the_place_is_still_filled() -> None:
    """An empty place would be worse than one of another trade."""
    hands = [*people(9, "police"), *people(9, "medic", 11)]
    ask = Ask(7, tuple(week(1, crew=3, trades=GATE)), tuple(hands))
    solved = solve(ask)
    assert {empty.trades for empty in solved.empty} == {("emergency",)}
    assert sum(empty.people for empty in solved.empty) == 0
    assert rules_broken(ask, solved.roster) == Counter({"trade": 21})


def test_who_asked_for_no_nights_has_none_and_who_is_on_leave_is_not_called() -> None:
    hands = [Hand(1, "volunteer", no_nights=True), Hand(2, "volunteer", away=((0, 3 * DAY),)), *people(8, first=3)]
    ask = Ask(7, tuple(week()), tuple(hands))
    solved = solve(ask)
    assert check(ask, solved.roster) == []
    nights = {key for key in solved.roster if (key - 1) % 3 == 0}
    assert all(1 not in solved.roster[key] for key in nights)
    assert all(2 not in solved.roster[slot.key] for slot in ask.slots if slot.day < 3)


def test_two_who_must_be_kept_apart_never_share_a_shift() -> None:
    hands = [Hand(1, "volunteer", apart=frozenset({2})), *people(7, first=2)]
    ask = Ask(7, tuple(week()), tuple(hands))
    solved = solve(ask)
    assert check(ask, solved.roster) == []
    assert not any({1, 2} <= set(crew) for crew in solved.roster.values())


def test_what_somebody_did_in_the_week_before_counts_for_rest_days_and_nights() -> None:
    """Five shifts on the five days before: one more day, then a day off."""
    worked = tuple((-day * DAY + 16 * 60, -day * DAY + 24 * 60) for day in range(1, 6))
    ask = Ask(2, tuple(week(days=2, crew=1)), (Hand(1, "volunteer", before=worked), *people(4, first=2)))
    solved = solve(ask)
    assert check(ask, solved.roster) == []
    mine = [slot for slot in ask.slots if 1 in solved.roster[slot.key]]
    assert len(mine) <= 1 and all(slot.starts >= 8 * 60 for slot in mine)


def test_people_stand_near_home_where_they_can() -> None:
    slots = (*week(1), *week(2, first=101))
    far = {(key, post): 0 if (key <= 7) == (post == 1) else 2 for key in range(1, 15) for post in (1, 2)}
    ask = Ask(7, slots, tuple(people(14)), far=far)
    assert spread(ask, solve(ask).roster).far == {0: 84, 1: 0, 2: 0}


def test_wishes_for_a_post_are_heard() -> None:
    slots = (*week(1), *week(2, first=101))
    wish = [*people(7, preferred=frozenset({2})), *people(7, first=8)]
    ask = Ask(7, slots, tuple(wish))
    roster = solve(ask).roster
    assert {one for slot in slots if slot.post == 2 for one in roster[slot.key]} == set(range(1, 8))


def test_the_same_seed_gives_the_same_roster() -> None:
    ask = Ask(7, (*week(1), *week(2, first=101)), tuple(people(15)), seed=4)
    assert solve(ask) == solve(ask)


def test_a_shift_longer_than_the_rules_allow_is_refused() -> None:
    with pytest.raises(ValueError, match="longer than 720"):
        solve(Ask(1, (Slot(1, 1, 0, 13 * 60, 1),), tuple(people(2))))


def test_when_one_drops_out_somebody_free_steps_in_and_nobody_else_is_moved() -> None:
    ask = Ask(7, tuple(week()), tuple(people(11)))
    roster = solve(ask).roster
    mended = repair(ask, roster, out=[1], since=DAY)
    assert mended.empty == ()
    assert rules_broken(ask, mended.roster) == Counter()
    for slot in ask.slots:
        kept = set(roster[slot.key]) - {1} if slot.starts >= DAY else set(roster[slot.key])
        assert kept <= set(mended.roster[slot.key])
    assert not any(1 in mended.roster[slot.key] for slot in ask.slots if slot.starts >= DAY)


def test_the_thorough_repair_moves_people_where_stepping_in_does_not_do() -> None:
    """Eight people, each six days: after a drop-out the rest must be shifted about so that all places are held."""
    ask = Ask(7, tuple(week()), tuple(people(8)))
    roster = solve(ask).roster
    gentle, thorough = (repair(ask, roster, out=[1], since=0, thorough=how) for how in (False, True))
    assert sum(one.people for one in thorough.empty) <= sum(one.people for one in gentle.empty)
    assert set(rules_broken(ask, thorough.roster)) <= {"crew"}


@st.composite
def asks(draw: st.DrawFn) -> Ask:
    """A few posts for a few days, too few people or too many, with leave, wishes and feuds."""
    days = draw(st.integers(1, 4))
    slots: list[Slot] = []
    for post in range(1, draw(st.integers(1, 3)) + 1):
        crew = draw(st.integers(1, 3))
        trades = GATE[: draw(st.integers(0, crew))]
        slots += week(post, crew=crew, trades=trades, days=days, first=100 * post)
    count = draw(st.integers(0, 12))
    hands = [
        Hand(
            key, draw(st.sampled_from([*GATE, "volunteer"])),
            away=((0, draw(st.integers(0, days)) * DAY),) if draw(st.booleans()) else (),
            no_nights=draw(st.booleans()),
            apart=frozenset(draw(st.sets(st.integers(1, count), max_size=2)) - {key}),
            before=((-DAY + 16 * 60, -DAY + draw(st.sampled_from([20, 24])) * 60),) if draw(st.booleans()) else (),
        )
        for key in range(1, count + 1)
    ]  # fmt: skip
    apart = {(one.key, other) for one in hands for other in one.apart}
    both = [
        Hand(h.key, h.trade, h.away, h.no_nights, h.preferred, frozenset(o for k, o in apart if k == h.key)
             | frozenset(k for k, o in apart if o == h.key), h.before)
        for h in hands
    ]  # fmt: skip
    return Ask(days, tuple(slots), tuple(both), seed=draw(st.integers(1, 5)))


SHORT = {"crew", "trade"}


@settings(max_examples=40, deadline=None)
@given(asks())
def test_whatever_is_asked_no_rule_of_a_person_is_broken(ask: Ask) -> None:
    """Only crews may be short or lack a trade, and both are said with the same numbers that the checker finds."""
    solved = solve(ask)
    breaches = check(ask, solved.roster)
    assert {breach.rule for breach in breaches} <= SHORT
    assert sum(b.by for b in breaches if b.rule == "crew") == sum(one.people for one in solved.empty)
    assert sum(b.by for b in breaches if b.rule == "trade") == sum(len(one.trades) for one in solved.empty)


@settings(max_examples=30, deadline=None)
@given(asks(), st.data())
def test_a_repair_breaks_no_rule_and_calls_nobody_who_dropped_out(ask: Ask, data: st.DataObject) -> None:
    roster = solve(ask).roster
    out = data.draw(st.sets(st.sampled_from([hand.key for hand in ask.hands]), max_size=3)) if ask.hands else set()
    mended = repair(ask, roster, out=out, since=0, thorough=data.draw(st.booleans()))
    assert {breach.rule for breach in check(ask, mended.roster)} <= SHORT
    assert not out.intersection(one for crew in mended.roster.values() for one in crew)


@settings(max_examples=40, deadline=None)
@given(asks())
def test_nobody_who_is_free_is_left_out_while_a_place_is_empty(ask: Ask) -> None:
    solved = solve(ask)
    assert not any("free" in empty.why and empty.people for empty in solved.empty)


BREACHES: dict[str, tuple[Ask, Roster, Breach]] = {
    "too few": (Ask(1, (Slot(1, 1, 0, 480, 2),), (Hand(1, "police"),)), {1: (1,)}, Breach("crew", 1, 0, 1)),
    "no medic": (
        Ask(1, (Slot(1, 1, 480, 960, 1, ("medic",)),), (Hand(1, "police"),)), {1: (1,)}, Breach("trade", 1, 0, 1)
    ),
    "twice": (Ask(1, (Slot(1, 1, 480, 960, 2),), (Hand(1, "police"),)), {1: (1, 1)}, Breach("twice", 1, 0, 1)),
    "13 hours": (Ask(1, (Slot(1, 1, 480, 1260, 1),), (Hand(1, "police"),)), {1: (1,)}, Breach("length", 1, 1, 60)),
    "7 hours of rest": (
        Ask(2, (Slot(1, 1, 480, 960, 1), Slot(2, 2, 1380, 1800, 1)), (Hand(1, "police"),)),
        {1: (1,), 2: (1,)},
        Breach("rest", 2, 1, 60),
    ),
    "seven days of seven": (
        Ask(7, tuple(Slot(day + 1, 1, day * DAY + 480, day * DAY + 960, 1) for day in range(7)), (Hand(1, "police"),)),
        {day + 1: (1,) for day in range(7)},
        Breach("week", 0, 1, 1),
    ),
    "four nights": (
        Ask(4, tuple(Slot(day + 1, 1, day * DAY, day * DAY + 480, 1) for day in range(4)), (Hand(1, "police"),)),
        {day + 1: (1,) for day in range(4)},
        Breach("nights", 0, 1, 1),
    ),
    "on leave": (
        Ask(1, (Slot(1, 1, 480, 960, 1),), (Hand(1, "police", away=((900, 1000),)),)), {1: (1,)},
        Breach("away", 1, 1, 1),
    ),
    "a night against the wish": (
        Ask(1, (Slot(1, 1, 300, 700, 1),), (Hand(1, "police", no_nights=True),)), {1: (1,)},
        Breach("nights_wish", 1, 1, 1),
    ),
    "two who must be apart": (
        Ask(1, (Slot(1, 1, 480, 960, 2),), (Hand(1, "police", apart=frozenset({2})), Hand(2, "police"))),
        {1: (1, 2)},
        Breach("apart", 1, 1, 1),
    ),
    "somebody unknown": (
        Ask(1, (Slot(1, 1, 480, 960, 1),), ()), {1: (9,)}, Breach("unknown_person", 1, 9, 1)
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BREACHES)
def test_the_checker_finds_each_breach_and_by_how_much(case: str) -> None:
    ask, roster, breach = BREACHES[case]
    assert breach in check(ask, roster)
    assert {one.rule for one in check(ask, roster)} <= {breach.rule, "rest"}


def test_a_shift_over_midnight_is_a_night_and_one_until_midnight_is_not() -> None:
    rules = Rules()
    assert rules.is_night(20 * 60, 32 * 60) and rules.is_night(0, 480) and rules.is_night(5 * 60, 13 * 60)
    assert not rules.is_night(16 * 60, 24 * 60) and not rules.is_night(6 * 60, 14 * 60)


def test_empty_shifts_are_said_in_the_order_of_time() -> None:
    ask = Ask(1, tuple(week(days=1)), ())
    assert [one.slot.starts for one in empties(ask, {})] == [0, 480, 960]
