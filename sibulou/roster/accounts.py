"""What becomes of an account after it was made: opened again, unlocked, its password and its language changed."""

from __future__ import annotations

from datetime import datetime

from axes.utils import reset
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from sibulou.lib.problem import Problem
from sibulou.roster.audit import By, audit
from sibulou.roster.deed import deed, within
from sibulou.roster.models import Closure, User
from sibulou.roster.problems import NotInTheList, WeakPassword


class OldPasswordWrong(Problem):
    """A new password without the right old one."""

    number = "422.87"
    zh = "原密码不对，密码没有改动。请检查大小写后重新输入；忘记了请联系管理员重设。"
    en = "The old password is wrong, and nothing was changed. Type it again, or ask the administrator for a new one."


class OpenAlready(Problem):
    """An account opened that is open."""

    number = "409.43"
    zh = "{user} 的账号没有停用，无需启用。"
    en = "{user}'s account is open already; leave it as it is."


def open_account(*, user: User, by: By, now: datetime) -> None:
    """Open a closed account again; its appointments count from this minute. Raises OpenAlready, OutOfReach."""
    with deed():
        user.refresh_from_db(fields=["is_active"])
        if user.is_active:
            raise OpenAlready(user=user.name)
        within(User.objects.filter(pk=user.pk, is_active=False).update(is_active=True))
        Closure.objects.filter(user=user, opened_at__isnull=True).update(opened_at=now, opened_by=by.name)
        audit("account.open", by=by, now=now, username=user.username, account=user.pk)
    user.is_active = True


def unlock_account(*, user: User, by: By, now: datetime) -> int:
    """Forget the wrong passwords of an account, so that it may sign in at once. Returns how many there were."""
    with deed():
        forgotten = int(reset(username=user.username))
        audit("account.unlock", by=by, now=now, username=user.username, account=user.pk)
    return forgotten


def set_password(*, user: User, new: str, by: By, now: datetime) -> None:
    """Give an account another password. Raises WeakPassword, OutOfReach."""
    try:
        validate_password(new, user)
    except ValidationError:
        raise WeakPassword from None
    user.set_password(new)
    with deed():
        within(User.objects.filter(pk=user.pk).update(password=user.password))
        audit("account.password", by=by, now=now, username=user.username, account=user.pk)


def change_password(*, user: User, old: str, new: str, by: By, now: datetime) -> None:
    """Change one's own password. Raises OldPasswordWrong, WeakPassword."""
    if not user.check_password(old):
        raise OldPasswordWrong
    set_password(user=user, new=new, by=by, now=now)


def choose_language(*, user: User, language: str) -> None:
    """The language one reads. Raises NotInTheList."""
    known = dict(settings.LANGUAGES)
    if language not in known:
        raise NotInTheList(field="language", given=language[:20], allowed=", ".join(known))
    within(User.objects.filter(pk=user.pk).update(language=language))
