"""The synthetic county is the same for the same seed, made for any county and scale, and nobody in it exists."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from sibulou.demo.county import BATCH, Ground, counted, lay_out, make_county
from sibulou.demo.parameters import Parameter, parameters, read_parameters
from sibulou.demo.people import Numbers, make_papers, make_people
from sibulou.demo.piece import Piece
from sibulou.lib.cipher import Cipher, Key
from sibulou.roster.area_key import Level, level_of
from sibulou.roster.codes import INSTITUTION, PLACE, POST, RELATION, RESIDENCE, read_credit_code
from sibulou.roster.divisions import county
from sibulou.roster.identity import read_identity
from sibulou.roster.phone import read_phone
from sibulou.roster.role import ROLES

NOW = datetime(2020, 1, 11, tzinfo=UTC)
TODAY = date(2020, 1, 11)
CIPHER = Cipher(Key(1, b"k" * 32), blind_secret=b"b" * 32)
SMALL = 0.007


def pieces(code: str = "530425", scale: float = SMALL, seed: int = 1) -> list[Piece]:
    return list(make_county(ground=Ground.of(county(code)), cipher=CIPHER, now=NOW, scale=scale, seed=seed))


def rows(made: list[Piece], table: str) -> list[dict[str, str]]:
    return [
        dict(zip(piece.columns, line.split("\t"), strict=True))
        for piece in made
        if piece.table == table
        for line in piece.text.decode().splitlines()
    ]


def unsealed(made: list[Piece]) -> list[tuple[str, list[tuple[str, ...]]]]:
    """Everything but the sealed columns, which are random on purpose."""
    return [
        (table, [tuple(v for k, v in row.items() if not k.endswith("_sealed")) for row in rows(made, table)])
        for table in dict.fromkeys(piece.table for piece in made)
    ]


def test_the_same_seed_makes_the_same_county_and_another_seed_another() -> None:
    first = unsealed(pieces())
    assert first == unsealed(pieces())
    assert first != unsealed(pieces(seed=2))


def test_the_county_of_the_article_has_its_size() -> None:
    layout = lay_out(np.random.default_rng(1), Ground.of(county("530425")), 1.0, parameters())
    assert len(layout.key) == 766
    assert layout.households.sum() == pytest.approx(52_000, rel=0.01)
    assert len(np.unique(layout.key)) == 766


@pytest.mark.parametrize("code", ["469001", "110105", "441900"])
def test_any_county_can_be_filled(code: str) -> None:
    made = counted(make_county(ground=Ground.of(county(code)), cipher=CIPHER, now=NOW, scale=SMALL))
    assert made["household"] >= len(county(code).villages)
    assert made["person"] > 0


def test_a_thousand_people_are_about_a_thousand() -> None:
    assert counted(iter(pieces()))["person"] == pytest.approx(1000, rel=0.15)


def test_a_large_county_streams_in_pieces_of_bounded_size() -> None:
    sizes = [
        piece.count
        for piece in make_county(ground=Ground.of(county("530425")), cipher=CIPHER, now=NOW, scale=0.6)
        if piece.table == "household"
    ]
    assert len(sizes) > 1
    assert max(sizes) <= BATCH


def test_every_household_has_one_head_and_every_code_is_in_its_list() -> None:
    made = pieces()
    people = rows(made, "person")
    heads = Counter(one["household_id"] for one in people if one["relation"] == "02")
    assert set(heads.values()) == {1}
    assert set(heads) == {one["subject_id"] for one in rows(made, "household")}
    assert all(one["relation"] in RELATION and one["state"] in RESIDENCE for one in people)
    assert all(one["kind"] in POST for one in rows(made, "post"))
    assert all(one["kind"] in PLACE for one in rows(made, "place"))
    assert all(one["kind"] in INSTITUTION for one in rows(made, "institution"))


def test_ages_are_those_of_the_sheet() -> None:
    people = make_people(np.random.default_rng(3), 20_000, today=TODAY, sheet=parameters())
    assert (people.age < 15).mean() == pytest.approx(0.15, abs=0.03)
    assert (people.age >= 60).mean() == pytest.approx(0.19, abs=0.03)
    assert len(people) / 20_000 == pytest.approx(parameters()["household_mean"], abs=0.05)


def test_numbers_read_as_demonstration_numbers_of_their_kind_and_are_given_once() -> None:
    rng, given = np.random.default_rng(4), Numbers.none()
    matching: list[str] = []
    for _ in range(2):
        people = make_people(rng, 4_000, today=TODAY, sheet=parameters())
        papers = make_papers(rng, people, given, duplicates=0, sheet=parameters())
        for kind, number, match, phone in zip(papers.kind, papers.number, papers.matching, papers.phone, strict=True):
            read = read_identity(number, today=TODAY, demo=True)
            assert (read.kind, read.matching or "") == (kind, match)
            assert phone == (phone and read_phone(phone, demo=True).text)
        matching += [one for one in papers.matching if one]
    assert len(matching) == len(set(matching))


def test_so_many_people_are_entered_twice_as_were_asked_for() -> None:
    rng = np.random.default_rng(5)
    people = make_people(rng, 2_000, today=TODAY, sheet=parameters())
    papers = make_papers(rng, people, Numbers.none(), duplicates=7, sheet=parameters())
    often = Counter(one for one in papers.matching if one)
    assert sorted(count for count in often.values() if count > 1) == [2] * 7


def test_every_seat_is_of_a_known_role_at_its_level_and_has_one_holder() -> None:
    made = pieces()
    subjects = {one["id"]: one for one in rows(made, "subject")}
    terms = rows(made, "appointment")
    holders = Counter(one["seat_id"] for one in terms if one["deputy"] == "f")
    for seat in rows(made, "seat"):
        role = ROLES[seat["role"]]
        assert holders[seat["id"]] == 1
        if role.level is None:
            subject = subjects[seat["subject_id"]]
            assert subject["kind"] in role.on
            assert subject["area_id"] == seat["area_id"]
        else:
            assert level_of(int(seat["area_id"])) is role.level
    assert {one["role"] for one in rows(made, "seat")} == set(ROLES) - {"guard", "unit_head", "shift_leader"}


def test_every_group_has_its_head_who_lives_there() -> None:
    made = pieces()
    home = {one["id"]: int(one["area_id"]) for one in rows(made, "subject") if one["kind"] == "person"}
    heads = {one["id"]: one for one in rows(made, "account") if one["username"].startswith("group_head.")}
    seats = {one["id"]: one for one in rows(made, "seat") if one["role"] == "group_head"}
    held = [one for one in rows(made, "appointment") if one["seat_id"] in seats and one["deputy"] == "f"]
    assert len(held) == len(seats)
    for term in held:
        group = int(seats[term["seat_id"]]["area_id"])
        assert group < home[heads[term["user_id"]]["person_id"]] < group + 1000


def test_credit_codes_are_of_the_demonstration() -> None:
    for one in rows(pieces(), "institution"):
        read = read_credit_code(one["credit_code"], demo=True)
        assert (read is None) == (one["kind"] == "village-clinic")


def test_areas_lie_under_those_that_were_made_before() -> None:
    villages = {one.key for one in Ground.of(county("530425")).villages}
    known = set(villages)
    for one in rows(pieces(), "area"):
        assert int(one["parent_id"]) in known
        assert level_of(int(one["id"])) in (Level.GROUP, Level.MICRO)
        known.add(int(one["id"]))


def test_a_number_outside_its_own_range_is_refused() -> None:
    with pytest.raises(ValueError, match="outside"):
        Parameter("late", 0.5, 0.02, 0.15, "share", "E", "late readings")


@pytest.mark.parametrize("scale", [0.0, -1.0])
def test_no_county_has_no_scale(scale: float) -> None:
    with pytest.raises(ValueError, match="scale"):
        pieces(scale=scale)


def test_every_number_of_the_sheet_is_documented() -> None:
    page = Path(__file__).parents[2].joinpath("docs/explanation/synthetic-county.md").read_text(encoding="utf-8")
    for one in parameters().numbers.values():
        shown = f"{one.value:,.0f}" if one.value >= 1e5 else f"{one.value:g}"
        assert f"| `{one.key}` | {shown} |" in page


def test_a_row_with_a_word_too_many_is_refused() -> None:
    row = {"value": 1, "range": [0, 2], "unit": "share", "source": "E", "does": "this", "and that": None}
    with pytest.raises(ValueError, match="and that"):
        read_parameters({"late": row})
