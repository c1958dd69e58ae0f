"""Telephone numbers as people give them: mobile or landline, theirs or the household's.

One telephone may serve a whole household, so nothing here asks that a number be one person's alone.

The demonstration uses numbers beginning 154-00, written like mobiles. All of 150 to 159 went to the carriers
but 154, which was passed over, so nobody can be rung by them, and the numbering plan in `phonenumbers`
refuses them in service without a rule of ours. (140, 141, 144, 146, 148 look as free but serve machines.)
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

import phonenumbers

from sibulou.lib.problem import Problem

HOME = "CN"
DEMO_BLOCK = "15400"
"""The first five digits of demonstration numbers; six more follow."""

_DEMO = re.compile(rf"(?:(?:\+|00)?86)?({DEMO_BLOCK}[0-9]{{6}})")
_FILLING = re.compile(r"[\s\-‐-―()()/.·]+")


class NotAPhone(Problem):
    """The text is no telephone number that can be rung. The fact is `digits`, their count."""

    number = "422.20"
    zh = "这不是能拨通的电话号码（共{digits}位）。请核对：手机号应为11位；座机请带区号，例如0877；境外号码请以+开头。"
    en = (
        "This is no telephone number that can be rung ({digits} digits). Check it: a mobile number has 11 digits, a "
        "landline needs its area code, such as 0877, and a number from abroad begins with +."
    )


@dataclass(frozen=True)
class Phone:
    """A telephone number that can be rung. `text` is what one dials here, digits only; `repr` hides it.

    `matching` is the same number for the whole world (+86…), on which two records agree; `extension` is empty
    or the digits asked of the switchboard, and is no part of `matching`.
    """

    text: str = field(repr=False)
    matching: str = field(repr=False)
    mobile: bool
    extension: str = field(repr=False, default="")

    def masked(self) -> str:
        """The number as screens show it: 138****1234; of a landline the last two digits only."""
        if self.mobile and len(self.text) == 11:
            return f"{self.text[:3]}****{self.text[7:]}"
        return "*" * (len(self.text) - 2) + self.text[-2:]


def read_phone(text: str, *, demo: bool = False, area_code: str = "") -> Phone:
    """Read one number as it was typed or pasted; demonstration numbers need `demo`.

    `area_code` (0877) is put before a landline of 7 or 8 digits, as neighbours give it to each other; without
    it such a number is refused. Raises Problem 422.20.
    """
    folded = unicodedata.normalize("NFKC", text).strip().lstrip("'‘’`")
    bare = _FILLING.sub("", folded)
    made_up = _DEMO.fullmatch(bare)
    if made_up and demo:
        return Phone(made_up[1], f"+86{made_up[1]}", mobile=True)
    return _rung(area_code + bare if re.fullmatch(r"[2-9][0-9]{6,7}", bare) else folded)


def _rung(folded: str) -> Phone:
    digits = sum(sign.isdigit() for sign in folded)
    if any(sign.isalpha() for sign in re.sub(r"(?i)ext|转|x", "", folded)):
        raise NotAPhone(digits=digits)
    try:
        parsed = phonenumbers.parse(folded.replace("转", " ext "), HOME)
    except phonenumbers.NumberParseException:
        raise NotAPhone(digits=digits) from None
    if not phonenumbers.is_valid_number(parsed):
        raise NotAPhone(digits=digits)
    extension = parsed.extension or ""
    parsed.extension = None
    return Phone(
        text=_dialled(parsed),
        matching=phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164),
        mobile=phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.MOBILE,
        extension=extension,
    )


def _dialled(parsed: phonenumbers.PhoneNumber) -> str:
    """Digits as dialled in the county: with the 0 of an area code, with 00 and the country from abroad."""
    if parsed.country_code != 86:
        return f"00{parsed.country_code}{phonenumbers.national_significant_number(parsed)}"
    national = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    return "".join(sign for sign in national if sign.isdigit())
