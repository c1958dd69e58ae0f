"""The problems of the interface for other systems; those of the kernel are shown just as they are."""

from __future__ import annotations

from sibulou.lib.problem import Problem


class NoJson(Problem):
    """A body that is not JSON."""

    number = "400.1"
    zh = "请求内容不是有效的 JSON（UTF-8，可用 gzip 压缩）。请检查后重发；没有收下任何记录。"
    en = "The body is no valid JSON (UTF-8, gzip if you like). Check it and send it again; no record was taken."


class NoBatch(Problem):
    """A body without a list of records. The facts are `field`, `allowed_zh`, `allowed_en`."""

    number = "422.80"
    zh = "请求的“{field}”不对，应为：{allowed_zh}。请改正后重发；没有收下任何记录。"
    en = "The request's “{field}” should be {allowed_en}. Correct it and send it again; no record was taken."


class BatchTooLarge(Problem):
    """More records, or more bytes, than one batch may hold."""

    number = "413.1"
    zh = (
        "一批最多 {records} 条，发送时不超过 {sent} MB，解压后不超过 {megabytes} MB。请分成几批发送；没有收下任何记录。"
    )
    en = (
        "A batch holds at most {records} records, {sent} MB as sent and {megabytes} MB unpacked. "
        "Send it in parts; no record was taken."
    )


class Unstorable(Problem):
    """A text with signs that no database keeps, a number beyond all bounds, or lists within lists without end."""

    number = "422.48"
    zh = (
        "记录的“{field}”含有不能保存的字符或数字，或者嵌套太深（原件已留存，特殊字符以转义形式显示）。"
        "请改正后重新提交。"
    )
    en = (
        "The record's “{field}” holds signs or numbers that cannot be stored, or is nested too deep (what you sent "
        "is kept, with odd signs written out). Correct it and hand it in again."
    )


class WrongQuery(Problem):
    """A parameter of an address that has the wrong shape. The facts are `field` and `wrong`."""

    number = "422.81"
    zh = "参数“{field}”不对：{wrong}。请按接口说明（/api/v1/openapi.json）改正。"
    en = "The parameter “{field}” is wrong: {wrong}. Correct it as /api/v1/openapi.json says."


class Forged(Problem):
    """A request without the token of its session."""

    number = "403.4"
    zh = "缺少会话令牌（X-CSRFToken），请求没有执行。请重新登录后带上令牌再发。"
    en = "The token of the session (X-CSRFToken) is missing; nothing was done. Sign in again and send it along."


class WrongBody(Problem):
    """A field of a request that has the wrong shape. The facts are `field`, `allowed_zh`, `allowed_en`."""

    number = "422.116"
    zh = "请求的“{field}”不对，应为：{allowed_zh}。请改正后再试；没有改动任何内容。"
    en = "The request's “{field}” should be {allowed_en}. Correct it and try again; nothing was changed."


class ComeAgain(Problem):
    """More records wait than can be taken in soon. The fact is `seconds`."""

    number = "503.30"
    zh = "等着入账的记录太多，这一批还没有收下。请保留它，{seconds} 秒后原样再交。"
    en = "Too many records wait to be taken in; this batch was not. Keep it and hand it in as it is in {seconds} s."
