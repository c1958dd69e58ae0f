"""Mail by SMTP, over TLS from the first byte or after STARTTLS; in the clear only to a test's own server."""

from __future__ import annotations

import re
import smtplib
import ssl

from django.conf import settings as configured
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from sibulou.message.adapters.setting import Adapter, Reaches, Setting, Settings
from sibulou.message.adapters.wire import SECONDS, address_of
from sibulou.message.problems import NoConnection, RecipientRefused, TooSlow, WrongAnswer

MAILBOX = re.compile(r"[\w.+-]{1,64}@[A-Za-z0-9.-]{1,180}\.[A-Za-z0-9-]{2,63}", re.ASCII)


def _send(settings: Settings, to: str, text: str, hosts: frozenset[str]) -> None:
    host, port = _host(settings), int(settings["port"])
    address_of(host, port, hosts)
    first, _, _ = text.partition("\n")
    backend = EmailBackend(
        host=host, port=port, username=settings.get("username"), password=settings.get("password"),
        use_ssl=settings["security"] == "tls", use_tls=settings["security"] == "starttls", timeout=SECONDS,
    )  # fmt: skip
    letter = EmailMessage(first[:60], text, settings["sender"], [to], connection=backend)
    try:
        letter.send()
    except smtplib.SMTPRecipientsRefused as error:
        codes = sorted({str(code) for code, _ in error.recipients.values()})
        raise RecipientRefused(host=host, said=f"SMTP {' '.join(codes)}") from None
    except smtplib.SMTPResponseException as error:
        raise WrongAnswer(host=host, said=f"SMTP {error.smtp_code}") from None
    except TimeoutError:
        raise TooSlow(host=host, seconds=SECONDS) from None
    except (smtplib.SMTPException, ssl.SSLError) as error:
        raise WrongAnswer(host=host, said=type(error).__name__) from None
    except OSError as error:
        raise NoConnection(host=host, why=error.strerror or type(error).__name__) from None


def wrong_mailbox(text: str) -> tuple[str, str] | None:
    """What a mail address must be, if it is not."""
    return None if MAILBOX.fullmatch(text) else ("邮箱地址，例如 name@example.cn", "an address such as name@example.cn")


def _wrong_port(text: str) -> tuple[str, str] | None:
    fine = text.isascii() and text.isdigit() and 0 < int(text) < 65536
    return None if fine else ("1 到 65535 的端口号", "a port from 1 to 65535")


def _wrong_host(text: str) -> tuple[str, str] | None:
    return None if HOST.fullmatch(text) else ("主机名，不带 https://", "the name of a host, without https://")


def _wrong_security(text: str) -> tuple[str, str] | None:
    """Mail is never sent in the clear."""
    if text in ("tls", "starttls") or (text == "none" and configured.MESSAGES_TO_LOOPBACK):
        return None
    return "tls 或 starttls", "tls or starttls"


def _host(settings: Settings) -> str:
    return settings["host"].lower()


HOST = re.compile(r"(?=.{1,200}$)[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?", re.ASCII)
MAIL = Adapter(
    "mail", "电子邮件", "Mail", Reaches.MAIL,
    (
        Setting("host", "SMTP 主机", "SMTP host", "smtp.example.cn", "smtp.example.cn", check=_wrong_host),
        Setting("port", "端口", "Port", "465 或 587", "465 or 587", check=_wrong_port),
        Setting(
            "security", "加密方式", "Encryption", "tls（一般配 465）或 starttls（一般配 587）",
            "tls (mostly with 465) or starttls (mostly with 587)", check=_wrong_security,
        ),
        Setting("username", "用户名", "User name", required=False),
        Setting("password", "密码或授权码", "Password", required=False, secret=True),
        Setting("sender", "发件人", "Sender", "name@example.cn", "name@example.cn", check=wrong_mailbox),
    ),
    _host, _send,
)  # fmt: skip
