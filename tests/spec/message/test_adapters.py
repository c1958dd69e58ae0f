"""The ways out, each against a server of the test's own: what is sent, and what every kind of answer means."""

from __future__ import annotations

import base64
import email
import email.policy
import hashlib
import hmac
from pathlib import Path

import pytest

from sibulou.lib.problem import Problem
from sibulou.message.adapters import ADAPTERS, read_settings, wire
from sibulou.message.adapters.robots import signature
from sibulou.message.problems import (
    ForbiddenAddress,
    HostNotListed,
    NoConnection,
    RecipientRefused,
    TooSlow,
    WrongAnswer,
    WrongSetting,
)
from tests.spec.message.servers import Heard, certificate_of, http_server
from tests.world import phone_of

HERE = frozenset({"127.0.0.1"})
FIELDS = "mobile={phone}\ncontent={text}\napikey=topsecret"


def send(kind: str, to: str = "", text: str = "12 项", hosts: frozenset[str] = HERE, **given: str) -> None:
    adapter = ADAPTERS[kind]
    adapter.send(read_settings(adapter, given, kept={}), to, text, hosts)


def test_wecom_takes_a_text(web: Heard) -> None:
    """A JSON of the type text at the address with the robot's key."""
    send("wecom", url=web.url)
    assert (web.texts, web.query()) == (["12 项"], {"key": ["topsecret"]})


def test_a_text_is_cut_between_two_signs_at_what_the_robot_takes(web: Heard) -> None:
    """2048 bytes: 682 Chinese signs, and never half of one."""
    send("wecom", url=web.url, text="项" * 900)
    assert web.texts == ["项" * 682]


def test_dingtalk_is_signed(web: Heard) -> None:
    """Milliseconds and their HMAC under the secret stand in the address; the secret does not."""
    send("dingtalk", url=web.url, secret="SECabc")
    query = web.query()
    said = f"{query['timestamp'][0]}\nSECabc".encode()
    assert query["sign"] == [base64.b64encode(hmac.new(b"SECabc", said, hashlib.sha256).digest()).decode()]
    assert "SECabc" not in web.paths[0] + web.bodies[0]
    assert signature("SECabc", 1580000000000).startswith("timestamp=1580000000000&sign=")


def test_dingtalk_without_a_secret_is_not(web: Heard) -> None:
    send("dingtalk", url=web.url)
    assert "sign" not in web.query()


@pytest.mark.parametrize(
    ("mood", "problem", "said"),
    [
        ("500", WrongAnswer, "HTTP 500"),
        ("redirect", WrongAnswer, "HTTP 302"),
        ("garbage", WrongAnswer, "?"),
        ("no", WrongAnswer, "sign not match"),
        ("slow", TooSlow, "127.0.0.1"),
        ("endless", WrongAnswer, "?"),
    ],
)
def test_a_robot_that_does_not_say_yes(
    web: Heard, mood: str, problem: type[Problem], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every other answer is a sentence without the key; no redirect is followed, no endless answer read."""
    web.mood = mood
    if mood == "slow":
        monkeypatch.setattr(wire, "SECONDS", 0.5)
    with pytest.raises(problem) as raised:
        send("wecom", url=web.url)
    for language in ("zh", "en"):
        assert said in raised.value.say(language)
        assert "topsecret" not in raised.value.say(language)
    assert len(web.paths) == 1


def test_a_gateway_gets_its_own_fields(web: Heard) -> None:
    """The number and the text where the administrator put them, and nowhere else."""
    number = phone_of(1)
    send("sms", to=number, text="{phone} & 12=项", url=web.url, fields=FIELDS)
    assert web.forms == [{"mobile": number, "content": "{phone} & 12=项", "apikey": "topsecret"}]


def test_a_gateway_that_refuses_a_number_never_repeats_it(web: Heard) -> None:
    """Its answer lacks the sign of success: this recipient is refused, in words without the number."""
    number = phone_of(1)
    with pytest.raises(RecipientRefused) as raised:
        send("sms", to=number, url=web.url, fields=FIELDS, expects="accepted")
    assert number not in raised.value.say("zh") + raised.value.say("en")


def test_mail_goes_by_smtp(post_office: Heard) -> None:
    """The first line is its subject."""
    send("mail", to="li@example.cn", text="【四不漏】12 项\n链接", **office(post_office))
    letter = email.message_from_bytes(post_office.bodies[0].encode(), policy=email.policy.default)
    assert (letter["subject"], letter["to"]) == ("【四不漏】12 项", "li@example.cn")
    assert letter.get_content().splitlines() == ["【四不漏】12 项", "链接"]


@pytest.mark.parametrize(("mood", "problem"), [("no", RecipientRefused), ("500", WrongAnswer)])
def test_a_post_office_that_refuses(post_office: Heard, mood: str, problem: type[Problem]) -> None:
    """One recipient, or the letter; the address is not repeated."""
    post_office.mood = mood
    with pytest.raises(problem) as raised:
        send("mail", to="li@example.cn", **office(post_office))
    assert "li@" not in raised.value.say("zh")


def office(heard: Heard) -> dict[str, str]:
    return {"host": "127.0.0.1", "port": str(heard.port), "security": "none", "sender": "sibulou@example.cn"}


def test_only_listed_hosts_are_called(web: Heard) -> None:
    with pytest.raises(HostNotListed):
        send("wecom", url=web.url, hosts=frozenset({"qyapi.weixin.qq.com"}))
    assert web.paths == []


def test_nobody_there(web: Heard) -> None:
    with pytest.raises(NoConnection):
        send("wecom", url="http://127.0.0.1:9/")


def test_over_tls_to_whom_the_machine_trusts(settings: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate that vouches for itself is refused before anything is said; one of a known authority is not."""
    settings.MESSAGES_TO_LOOPBACK = True  # type: ignore[attr-defined]
    certificate = certificate_of("127.0.0.1", tmp_path)
    with http_server(certificate) as heard:
        url = heard.url.replace("http:", "https:")
        with pytest.raises(NoConnection, match="TLS CERTIFICATE_VERIFY_FAILED"):
            send("wecom", url=url)
        assert heard.bodies == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        send("wecom", url=url)
        assert heard.texts == ["12 项"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "169.254.169.254", "0.0.0.0", "224.0.0.1"])
def test_a_listed_name_that_leads_to_this_machine_is_not_called(settings: object, host: str) -> None:
    """Nor to a neighbour by link alone, where clouds keep their keys."""
    settings.MESSAGES_TO_LOOPBACK = False  # type: ignore[attr-defined]
    with pytest.raises(ForbiddenAddress):
        send("wecom", url=f"https://{host}/x", hosts=frozenset({host}))
    with pytest.raises(ForbiddenAddress):
        send("mail", host=host, port="465", security="tls", sender="a@example.cn", hosts=frozenset({host}))


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("wecom", {}),
        ("wecom", {"url": "http://qyapi.weixin.qq.com/x"}),
        ("wecom", {"url": "https://user@qyapi.weixin.qq.com/x"}),
        ("wecom", {"url": "https://q:99999/x"}),
        ("wecom", {"url": "ftp://q/x"}),
        ("wecom", {"url": "https://q/\r\nHost: x"}),
        ("sms", {"url": "https://q/", "fields": "mobile={phone}"}),
        ("sms", {"url": "https://q/", "fields": "{phone}{text}"}),
        ("mail", {"host": "q/x", "port": "465", "security": "tls", "sender": "a@example.cn"}),
        ("mail", {"host": "q", "port": "0", "security": "tls", "sender": "a@example.cn"}),
        ("mail", {"host": "q", "port": "25", "security": "none", "sender": "a@example.cn"}),
        ("mail", {"host": "q", "port": "465", "security": "tls", "sender": "nobody"}),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(kind: str, given: dict[str, str]) -> None:
    with pytest.raises(WrongSetting):
        read_settings(ADAPTERS[kind], given, kept={})


def test_what_is_left_blank_stays_as_it_was() -> None:
    kept = {"url": "https://q/a", "secret": "SECold"}
    assert read_settings(ADAPTERS["dingtalk"], {"url": "", "secret": "SECnew"}, kept=kept) == {
        "url": "https://q/a", "secret": "SECnew",
    }  # fmt: skip
