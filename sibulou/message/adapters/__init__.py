"""The ways out. Each adapter states what it is set up with and sends one text; it knows nothing of duties and users."""

from __future__ import annotations

from sibulou.message.adapters.mail import MAIL
from sibulou.message.adapters.robots import DINGTALK, WECOM
from sibulou.message.adapters.setting import Adapter, Setting, read_settings
from sibulou.message.adapters.sms import SMS

ADAPTERS: dict[str, Adapter] = {one.kind: one for one in (WECOM, DINGTALK, SMS, MAIL)}

__all__ = ["ADAPTERS", "Adapter", "Setting", "read_settings"]
