"""One's own messages: how many are new, that they were seen, and what one wants to be told by."""

from __future__ import annotations

from datetime import datetime, time

from django.db.models import QuerySet

from sibulou.message.adapters.mail import wrong_mailbox
from sibulou.message.models import Message, Preference
from sibulou.message.problems import WrongSetting
from sibulou.message.sending import MAILBOX
from sibulou.roster.audit import By, audit
from sibulou.roster.deed import deed
from sibulou.roster.models import User
from sibulou.roster.seal import field_cipher


def unseen(user: User) -> QuerySet[Message]:
    """The messages that a user has not looked at."""
    return Message.objects.filter(user=user, seen_at=None)


def see(*, user: User, upto: int, now: datetime) -> int:
    """The messages up to a number were seen. Returns how many were new."""
    return unseen(user).filter(pk__lte=upto).update(seen_at=now)


def preference_of(user: User) -> Preference:
    """What a user wants; what holds where he has said nothing."""
    return Preference.objects.filter(pk=user.pk).first() or Preference(user=user)


def prefer(
    *, user: User, sms: bool, mail: str | None, quiet: tuple[time, time] | None, by: By, now: datetime
) -> Preference:  # fmt: skip
    """Say what one wants to be told by: text messages, a mail address (blank: none; None: as before), and when not.

    Raises WrongSetting for what is no mail address.
    """
    wish = preference_of(user)
    wish.sms = sms
    wish.quiet_since, wish.quiet_until = quiet or (None, None)
    if mail is not None:
        wish.mail_sealed = _sealed(mail.strip())
        wish.mail = wish.mail_sealed is not None
    with deed():
        wish.save()
        audit("message.prefer", by=by, now=now, account=user.pk, sms=sms, mail=wish.mail, quiet=quiet is not None)
    return wish


def _sealed(mail: str) -> bytes | None:
    if not mail:
        return None
    wrong = wrong_mailbox(mail)
    if wrong is not None:
        raise WrongSetting(field_zh="邮箱", field_en="mail address", allowed_zh=wrong[0], allowed_en=wrong[1])
    return field_cipher().seal(mail, field=MAILBOX)
