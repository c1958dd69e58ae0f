"""Plates as people of a post read them: every kind that the country has, none, and what looks like none of them.

Source: GA 36-2018 for the signs and their order (no I and no O), and the plates as one sees them: embassies (使),
consulates (领), Hong Kong and Macao (粤Z…港/澳), armed police (WJ), army (two letters), police (警), driving schools
(学), trailers (挂), temporary ones (临, 超), e-bikes.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from sibulou.lib.problem import Problem

PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_LETTER, _SIGN = "[A-HJ-NP-Z]", "[A-HJ-NP-Z0-9]"
_NONE = {"", "-", "无", "无牌", "NONE"}


class PlateKind(StrEnum):
    """What a plate says of its vehicle. `NONE`: there is no plate, as on foot; `UNREAD`: it fits no kind."""

    ORDINARY = "ordinary"
    NEW_ENERGY = "new_energy"
    POLICE = "police"
    SCHOOL = "school"
    TRAILER = "trailer"
    EMBASSY = "embassy"
    CONSULATE = "consulate"
    HONG_KONG = "hong_kong"
    MACAO = "macao"
    ARMY = "army"
    ARMED_POLICE = "armed_police"
    TEMPORARY = "temporary"
    EBIKE = "ebike"
    NONE = "none"
    UNREAD = "unread"


TITLES = {
    PlateKind.ORDINARY: ("普通号牌", "ordinary plate"),
    PlateKind.NEW_ENERGY: ("新能源号牌", "new-energy plate"),
    PlateKind.POLICE: ("警车", "police"),
    PlateKind.SCHOOL: ("教练车", "driving school"),
    PlateKind.TRAILER: ("挂车", "trailer"),
    PlateKind.EMBASSY: ("使馆车", "embassy"),
    PlateKind.CONSULATE: ("领馆车", "consulate"),
    PlateKind.HONG_KONG: ("港车", "Hong Kong"),
    PlateKind.MACAO: ("澳车", "Macao"),
    PlateKind.ARMY: ("军车", "army"),
    PlateKind.ARMED_POLICE: ("武警车", "armed police"),
    PlateKind.TEMPORARY: ("临时号牌", "temporary plate"),
    PlateKind.EBIKE: ("电动自行车", "e-bike"),
    PlateKind.NONE: ("无号牌", "no plate"),
    PlateKind.UNREAD: ("认不出的号牌", "plate of no known kind"),
}
"""What each kind is called on a screen."""

_P = f"[{PROVINCES}]"
_KINDS = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (PlateKind.POLICE, rf"{_P}{_LETTER}{_SIGN}{{4}}警"),
        (PlateKind.SCHOOL, rf"{_P}{_LETTER}{_SIGN}{{4}}学"),
        (PlateKind.TRAILER, rf"{_P}{_LETTER}{_SIGN}{{4}}挂"),
        (PlateKind.HONG_KONG, rf"粤Z{_SIGN}{{4}}港"),
        (PlateKind.MACAO, rf"粤Z{_SIGN}{{4}}澳"),
        (PlateKind.CONSULATE, rf"(?:{_P}{_LETTER}{_SIGN}{{4}}领|领{_SIGN}{{6}})"),
        (PlateKind.EMBASSY, r"(?:使[0-9]{6}|[0-9]{6}使)"),
        (PlateKind.NEW_ENERGY, rf"{_P}{_LETTER}(?:[A-HJK]{_SIGN}[0-9]{{4}}|[0-9]{{5}}[A-HJK])"),
        (PlateKind.ORDINARY, rf"{_P}{_LETTER}{_SIGN}{{5}}"),
        (PlateKind.ARMED_POLICE, rf"WJ{_P}?[0-9]{{4,5}}[0-9XBTSHJD]?"),
        (PlateKind.ARMY, r"[A-HJ-NP-Z][A-Z][0-9]{5}"),
        (PlateKind.TEMPORARY, rf"(?:(?:临|超){_P}{_LETTER}?{_SIGN}{{4,6}}|{_P}{_LETTER}{_SIGN}{{4,5}}(?:临|超))"),
        (PlateKind.EBIKE, rf"{_P}?{_LETTER}?[0-9]{{5,7}}"),
    )
)


class OddPlate(Problem):
    """A plate fits no kind of the country. The fact is `plate`."""

    number = "422.240"
    zh = "“{plate}”不像任何一种号牌：汉字、字母、数字的次序不对，或多了、少了一位。请再看一眼；外国车、自制牌可以照填。"
    en = (
        "“{plate}” looks like no plate of the country: signs stand in another order, or one is missing or too many. "
        "Look again; a foreign or home-made plate may be entered as it is."
    )


@dataclass(frozen=True)
class Plate:
    """A plate as it is kept and matched: capitals, no blanks, no points. `repr` would show whose it is; it is short."""

    text: str
    kind: PlateKind


def read_plate(typed: str) -> Plate:
    """The plate that somebody typed. It never fails: at a post, what cannot be read is entered all the same."""
    text = re.sub(r"[\s·•.\-－—]+", "", unicodedata.normalize("NFKC", typed).upper()) if typed.strip() != "-" else ""
    if text in _NONE:
        return Plate("", PlateKind.NONE)
    return Plate(text, next((kind for kind, shape in _KINDS if shape.fullmatch(text)), PlateKind.UNREAD))


def doubt(typed: str) -> OddPlate | None:
    """The sentence for a plate that fits no kind; None where it fits."""
    plate = read_plate(typed)
    return OddPlate(plate=plate.text[:12]) if plate.kind is PlateKind.UNREAD else None
