"""Robots of group chats: WeCom (企业微信) and DingTalk (钉钉). Both take JSON at a webhook; `errcode` 0 means yes.

The formats are those of their public manuals: a text of at most 2048 bytes at WeCom; at DingTalk, where the robot is
set to signatures, the milliseconds and their HMAC-SHA256 under the secret as parameters of the address.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from urllib.parse import urlencode, urlsplit

from sibulou.message.adapters.setting import Adapter, Reaches, Setting, Settings
from sibulou.message.adapters.wire import Reply, host_of, post, wrong_url
from sibulou.message.problems import WrongAnswer

MOST_BYTES = 2048
_JSON = "application/json; charset=utf-8"


def _send_wecom(settings: Settings, to: str, text: str, hosts: frozenset[str]) -> None:
    _judge(post(settings["url"], _text(text), kind=_JSON, hosts=hosts))


def _send_dingtalk(settings: Settings, to: str, text: str, hosts: frozenset[str]) -> None:
    url = settings["url"]
    if settings.get("secret"):
        url += ("&" if urlsplit(url).query else "?") + signature(settings["secret"], round(time.time() * 1000))
    _judge(post(url, _text(text), kind=_JSON, hosts=hosts))


def signature(secret: str, milliseconds: int) -> str:
    """The parameters by which a signed robot knows its own; good for an hour from `milliseconds` since 1970."""
    said = f"{milliseconds}\n{secret}".encode()
    sign = base64.b64encode(hmac.new(secret.encode(), said, hashlib.sha256).digest()).decode()
    return urlencode({"timestamp": milliseconds, "sign": sign})


def _text(text: str) -> bytes:
    cut = text.encode()[:MOST_BYTES].decode("utf-8", "ignore")
    return json.dumps({"msgtype": "text", "text": {"content": cut}}, ensure_ascii=False).encode()


def _judge(reply: Reply) -> None:
    """Raises WrongAnswer unless the robot said yes."""
    if reply.status != 200:
        raise WrongAnswer(host=reply.host, said=f"HTTP {reply.status}")
    try:
        said = json.loads(reply.text)
        code, words = said["errcode"], str(said.get("errmsg", ""))
    except (ValueError, TypeError, KeyError, AttributeError):
        raise WrongAnswer(host=reply.host, said="?") from None
    if code != 0:
        raise WrongAnswer(host=reply.host, said=f"errcode {code} {words[:80]}".strip())


def _host(settings: Settings) -> str:
    return host_of(settings["url"])


WECOM = Adapter(
    "wecom", "企业微信群机器人", "WeCom group robot", Reaches.GROUP,
    (
        Setting(
            "url", "Webhook 地址", "Webhook address", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…",
            "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…", secret=True, check=wrong_url,
        ),
    ),
    _host, _send_wecom,
)  # fmt: skip
DINGTALK = Adapter(
    "dingtalk", "钉钉群机器人", "DingTalk group robot", Reaches.GROUP,
    (
        Setting(
            "url", "Webhook 地址", "Webhook address", "https://oapi.dingtalk.com/robot/send?access_token=…",
            "https://oapi.dingtalk.com/robot/send?access_token=…", secret=True, check=wrong_url,
        ),
        Setting(
            "secret", "加签密钥", "Signing secret", "机器人设为“加签”时填；设为“自定义关键词”时不填，关键词用“四不漏”",
            "where the robot asks for signatures; where it asks for a keyword, let that be 四不漏", required=False,
            secret=True,
        ),
    ),
    _host, _send_dingtalk,
)  # fmt: skip
