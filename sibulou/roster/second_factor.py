"""A second factor at sign-in: a code from the telephone that changes every half minute (RFC 6238).

The codes go by the time of the world, never by a demonstration's clock: the telephone knows no other. A code that was
used is not taken again, and wrong ones are slowed down; both are django-otp's.
"""

from __future__ import annotations

from base64 import b32encode
from datetime import datetime

import segno
from django_otp import verify_token

from sibulou.lib.problem import Problem
from sibulou.roster.audit import By, audit
from sibulou.roster.deed import deed
from sibulou.roster.models import PhoneCode, User

ADVISED = frozenset({"administrator", "auditor", "data_protection"})
"""The roles that are advised to use one."""


class WrongCode(Problem):
    """A code that does not fit, or was used before."""

    number = "422.97"
    zh = "验证码不对或已经用过。请等手机上出现下一个验证码再输入；一直不对，请核对手机时间。"
    en = (
        "The code is wrong or was used before. Wait for the next one on your phone and type it; if none is taken, "
        "check the phone's clock."
    )


class NoCodeSetUp(Problem):
    """A second factor confirmed or removed where there is none."""

    number = "409.65"
    zh = "这个账号没有设置手机验证码。请先在“我的账号”里开始设置。"
    en = "This account has no phone code set up. Begin on the page of your account."


class CodeSetUp(Problem):
    """A second factor begun where one is in use."""

    number = "409.66"
    zh = "这个账号已启用手机验证码。要换手机，请先用验证码停用，再重新设置。"
    en = "A phone code is in use already. To change phones, remove it with a code first, then set it up again."


def device_of(user: User, *, confirmed: bool = True) -> PhoneCode | None:
    """What the user confirmed, or (not `confirmed`) what he has begun to set up."""
    found: PhoneCode | None = PhoneCode.objects.filter(user_id=user.pk, confirmed=confirmed).order_by("-pk").first()
    return found


def secret_of(device: PhoneCode) -> str:
    """The secret as one types it into a telephone, in groups of four."""
    plain = b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(plain[at : at + 4] for at in range(0, len(plain), 4))


def picture_of(device: PhoneCode, *, title: str) -> str:
    """The secret as a square that a telephone reads off the screen: SVG to stand in the page, with a title."""
    return segno.make(device.config_url, error="m", micro=False).svg_inline(
        scale=4, dark="#000", light="#fff", title=title, svgclass="square"
    )


def begin(*, user: User) -> PhoneCode:
    """A new secret, which counts once a code of it was typed; one begun before is dropped. Raises CodeSetUp."""
    if device_of(user) is not None:
        raise CodeSetUp
    with deed():
        PhoneCode.objects.filter(user_id=user.pk, confirmed=False).delete()
        return PhoneCode.begun(user)


def confirm(*, user: User, code: str, by: By, now: datetime) -> None:
    """Take the secret into use. Raises NoCodeSetUp, WrongCode."""
    device = device_of(user, confirmed=False)
    if device is None:
        raise NoCodeSetUp
    if not device.verify_token(_digits(code)):
        raise WrongCode
    with deed():
        PhoneCode.objects.filter(pk=device.pk).update(confirmed=True)
        audit("account.code_on", by=by, now=now, username=user.username, account=user.pk)


def fits(*, user: User, code: str) -> bool:
    """Whether the code is the user's now; it is used up by being asked."""
    device = device_of(user)
    return device is not None and verify_token(user, device.persistent_id, _digits(code)) is not None


def remove(*, user: User, by: By, now: datetime) -> None:
    """Ask for no code any more: by the user with a code, or by an administrator. Raises NoCodeSetUp."""
    with deed():
        removed, _ = PhoneCode.objects.filter(user_id=user.pk).delete()
        if not removed:
            raise NoCodeSetUp
        audit("account.code_off", by=by, now=now, username=user.username, account=user.pk)


def _digits(code: str) -> str:
    """The six digits, without the blank that telephones show; nothing for anything else."""
    plain = "".join(code.split())
    return plain if plain.isascii() and plain.isdigit() and len(plain) == 6 else "x"
