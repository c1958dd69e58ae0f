"""A telephone that shows codes for the sign-in, its secret sealed: the database alone holds no second factor."""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from typing import ClassVar

from django_otp.plugins.otp_totp.models import TOTPDevice

from sibulou.roster.field_key import field_cipher
from sibulou.roster.models.chain import User

SECRET_BYTES = 20  # as RFC 4226 advises, and as much as its column holds sealed


class PhoneCode(TOTPDevice):  # type: ignore[misc]  # django-otp is untyped
    """The device of django-otp, which counts, slows down and forgets used codes; only its `key` is kept sealed here.

    The seal is bound to the account: pasted into another's row it opens nothing.
    """

    class Meta:
        proxy = True

    class Privacy:
        keep: ClassVar[set[str]] = {
            "id", "user", "name", "confirmed", "step", "t0", "digits", "tolerance", "drift", "last_t", "created_at",
            "last_used_at", "throttling_failure_timestamp", "throttling_failure_count",
        }  # fmt: skip
        erase: ClassVar[set[str]] = {"key"}

    @classmethod
    def begun(cls, user: User) -> PhoneCode:
        """A new device of the user with a secret of its own, not confirmed yet."""
        secret = b64encode(os.urandom(SECRET_BYTES)).decode()
        sealed = field_cipher().seal(secret, field=_bound(user.pk))
        device = cls(user_id=user.pk, name="phone", confirmed=False, key=b64encode(sealed).decode())
        device.save(force_insert=True)
        return device

    @property
    def bin_key(self) -> bytes:
        """The secret, opened. Raises CannotOpen."""
        return b64decode(field_cipher().open(b64decode(self.key), field=_bound(self.user_id)))


def _bound(user: int) -> str:
    return f"account.code.{user}"
