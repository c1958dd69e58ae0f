"""Text messages through a gateway that takes a plain HTTP form: its address, and its fields with {phone} and {text}.

Every gateway names its fields otherwise, so the administrator writes them down. What came back is never repeated whole:
a gateway may repeat the number.
"""

from __future__ import annotations

from urllib.parse import urlencode

from sibulou.message.adapters.setting import Adapter, Reaches, Setting, Settings
from sibulou.message.adapters.wire import host_of, post, wrong_url
from sibulou.message.problems import RecipientRefused, WrongAnswer

_FORM = "application/x-www-form-urlencoded; charset=utf-8"


def _send(settings: Settings, to: str, text: str, hosts: frozenset[str]) -> None:
    form = {name: _filled(value, to, text) for name, value in _fields(settings["fields"])}
    reply = post(settings["url"], urlencode(form).encode(), kind=_FORM, hosts=hosts)
    if not 200 <= reply.status < 300:
        raise WrongAnswer(host=reply.host, said=f"HTTP {reply.status}")
    if settings.get("expects") and settings["expects"] not in reply.text:
        raise RecipientRefused(host=reply.host, said=_masked(reply.text, to))


def _masked(said: str, to: str) -> str:
    """The first words of an answer, without any digits that could be the number."""
    plain = " ".join(said.replace(to, "…").split())
    return "".join("•" if sign.isdigit() and len(plain) > 6 else sign for sign in plain)[:60] or "?"


def _fields(text: str) -> list[tuple[str, str]]:
    pairs = [line.partition("=") for line in text.splitlines() if line.strip()]
    return [(name.strip(), value.strip()) for name, _, value in pairs]


def _filled(value: str, to: str, text: str) -> str:
    """The number and the text in their places; what the text itself says is left alone."""
    return text.join(part.replace("{phone}", to) for part in value.split("{text}"))


def _wrong_fields(text: str) -> tuple[str, str] | None:
    fields = _fields(text)
    values = "".join(value for _, value in fields)
    if all(name for name, _ in fields) and values.count("{phone}") == values.count("{text}") == 1:
        return None
    return (
        "每行一个“名称=值”，{phone} 和 {text} 各出现一次",
        "one name=value a line, {phone} and {text} once each",
    )


SMS = Adapter(
    "sms", "短信网关", "SMS gateway", Reaches.PHONE,
    (
        Setting(
            "url", "网关地址", "Address of the gateway", "https://…", "https://…", secret=True, check=wrong_url,
        ),
        Setting(
            "fields", "表单字段", "Fields of its form",
            "每行一个“名称=值”，例如 mobile={phone} 和 content={text}，密钥也写在这里",
            "one name=value a line, such as mobile={phone} and content={text}; its key goes here too", secret=True,
            lines=True, check=_wrong_fields,
        ),
        Setting(
            "expects", "成功的标志", "Sign of success", "答复里含有这段文字才算收下；不填则只看 HTTP 状态",
            "words that its answer holds when it took the message; blank: the HTTP status alone", required=False,
        ),
    ),
    lambda settings: host_of(settings["url"]), _send,
)  # fmt: skip
