"""The audit chain in sentences: a presenter for every kind of line, from the plain values that the line keeps."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping

from sibulou.roster.models import AuditLine
from sibulou.roster.role import ROLES
from sibulou.web.labels import pick

DEEDS: dict[str, tuple[str, str]] = {
    "account.add": ("新建账号 {username}", "made the account {username}"),
    "account.close": ("停用账号 {username}", "closed the account {username}"),
    "account.code_off": ("停用账号 {username} 的登录验证码", "removed the sign-in code of {username}"),
    "account.code_on": ("启用账号 {username} 的登录验证码", "set up the sign-in code of {username}"),
    "account.language": ("更改界面语言", "chose a language"),
    "account.open": ("启用账号 {username}", "opened the account {username} again"),
    "account.password": ("更改账号 {username} 的密码", "changed the password of {username}"),
    "account.sign_in": ("登录", "signed in"),
    "account.unlock": ("解锁账号 {username}", "unlocked the account {username}"),
    "appoint": (
        "任命账号 {account} 为{seat_role}（席位 {seat}）",
        "appointed account {account} as {seat_role} (seat {seat})",
    ),
    "appointment.end": (
        "结束账号 {account} 在席位 {seat} 的任职：{reason}",
        "ended the term of account {account} in seat {seat}: {reason}",
    ),
    "area.add": ("新增区域", "added an area"),
    "area.end": ("撤销区域：{reason}", "ended an area: {reason}"),
    "area.merge": (
        "{name}并入{into}：{households} 户、{people} 人；{reason}",
        "merged {name} into {into}: {households} households, {people} people; {reason}",
    ),
    "area.recode": ("变更区划代码 {old} → {new}（{notice}）", "recoded an area {old} → {new} ({notice})"),
    "area.rename": ("区域更名 {old} → {new}", "renamed an area {old} → {new}"),
    "audit.check": ("核对审计链：{lines} 条，{found}", "checked the chain: {lines} lines, {found}"),
    "county.found": ("建县", "founded the county"),
    "device.enrol": ("账号 {account} 登记设备“{name}”", "account {account} brought in the device “{name}”"),
    "device.invite": ("为账号 {username} 发出设备邀请码", "invited a device for {username}"),
    "device.renew": ("账号 {account} 为设备“{name}”续期", "account {account} renewed the device “{name}”"),
    "device.withdraw": (
        "收回账号 {account} 的设备“{name}”：{reason}",
        "withdrew the device “{name}” of account {account}: {reason}",
    ),
    "event.level": ("响应 {event} 调整为{level}级", "changed response {event} to level {level}"),
    "event.stand_down": (
        "解除响应 {event}：终止 {ended} 项，其中豁免漏项 {gaps_waived} 项；理由：{reason}",
        "stood down response {event}: {ended} ended, {gaps_waived} open gaps among them waived; reason: {reason}",
    ),
    "event.start": (
        "按预案 {plan} 第 {version} 版启动{level}级响应（{notice}）",
        "pressed the start key: plan {plan}, version {version}, level {level} ({notice})",
    ),
    "event.strictness": ("本地加严：{duty}", "made stricter here: {duty}"),
    "feedback": ("意见反馈：{text}", "gave feedback: {text}"),
    "gaps.table": ("导出漏项清单", "took away a list of gaps"),
    "county.backup": ("备份数据库到文件 {file}", "backed the database up to the file {file}"),
    "county.restore": ("从备份 {file} 恢复", "restored from the backup {file}"),
    "groups.import": ("导入村组", "imported groups"),
    "household.add": ("登记户 {subject}", "entered household {subject}"),
    "household.correct": ("更正户 {subject} 的登记：{fields}", "put household {subject} right: {fields}"),
    "household.move": ("迁移户 {subject}", "moved household {subject}"),
    "institution.add": ("登记机构 {subject}", "entered institution {subject}"),
    "institution.correct": ("更正机构 {subject} 的登记：{fields}", "put institution {subject} right: {fields}"),
    "kernel.check": (
        "每夜核对：{drifted} 项与记录不符",
        "nightly check: {drifted} obligations differ from their records",
    ),
    "leave.end": ("账号 {account} 销假", "account {account} is back from leave"),
    "leave.take": (
        "账号 {account} 请假，代班账号 {stand_in}：{reason}",
        "account {account} goes on leave, stand-in {stand_in}: {reason}",
    ),
    "link.end": ("收回 {subject} 的本人链接：{reason}", "took back the link of {subject}: {reason}"),
    "link.hand_over": ("向 {subject} 交付本人链接", "handed {subject} a link of his own"),
    "message.channel": (
        "设置消息通道 {channel}（{channel_kind}，{host}）",
        "set up channel {channel} ({channel_kind}, {host})",
    ),
    "message.channel_off": ("停用消息通道 {channel}", "switched off channel {channel}"),
    "message.channel_on": ("启用消息通道 {channel}", "switched on channel {channel}"),
    "message.host": ("允许消息通道连接主机 {host}", "let channels speak to the host {host}"),
    "message.host_off": ("不再允许消息通道连接主机 {host}", "let channels speak to the host {host} no more"),
    "message.prefer": ("更改账号 {account} 的消息设置", "changed what account {account} is told by"),
    "message.trial": ("试发消息通道 {channel}：{outcome}", "tried channel {channel}: {outcome}"),
    "note.take": ("签收交接 {note}", "took over by note {note}"),
    "note.write": ("写交接 {note}", "wrote hand-over note {note}"),
    "obligation.follow": (
        "随迁移转到新区域的应办 {followed} 项，终止 {ended} 项",
        "obligations that followed a move: {followed}; ended by it: {ended}",
    ),
    "paper.draw_up": ("制作纸表 {serial}（{rows} 行）", "drew up sheet {serial} ({rows} rows)"),
    "paper.leave_rest": ("纸表 {serial} 其余 {rows} 行留空", "left the other {rows} rows of sheet {serial} empty"),
    "paper.print": ("打印纸表 {serial}", "printed sheet {serial}"),
    "paper.take_back": ("取回纸表 {serial} 第 {row} 行重填", "took row {row} of sheet {serial} back to type it anew"),
    "paper.type_in": ("录入纸表 {serial} 第 {row} 行", "typed in row {row} of sheet {serial}"),
    "person.add": ("登记人员 {subject}", "entered person {subject}"),
    "person.correct": ("更正人员 {subject} 的登记：{fields}", "put person {subject} right: {fields}"),
    "person.move": ("迁移人员 {subject}", "moved person {subject}"),
    "person.state": ("人员 {subject} 现状改为 {state}", "person {subject} is now {state}"),
    "place.add": ("登记场所 {subject}", "entered place {subject}"),
    "place.correct": ("更正场所 {subject} 的登记：{fields}", "put place {subject} right: {fields}"),
    "plan.load": ("载入预案 {plan} 第 {version} 版", "loaded plan {plan}, version {version}"),
    "post.add": ("登记卡点 {subject}", "entered post {subject}"),
    "post.correct": ("更正卡点 {subject} 的登记：{fields}", "put post {subject} right: {fields}"),
    "post.open": ("启用卡点 {subject}", "opened post {subject}"),
    "refusal.settle": ("处理待核记录 {refusal}：{how}", "settled the refused record {refusal}: {how}"),
    "seat.make": ("设立席位 {seat}（{seat_role}）", "made seat {seat} ({seat_role})"),
    "subject.end": ("将 {subject} 移出名册：{reason}", "took {subject} off the roster: {reason}"),
    "unmask": ("查看对象 {subject} 的完整号码（{field}）：{reason}", "saw the {field} of {subject} in full: {reason}"),
    "waiver.ask": (
        "为应办 {obligation} 申请豁免（{reason}）",
        "asked for a waiver of obligation {obligation} ({reason})",
    ),
    "waiver.grant": ("批准应办 {obligation} 的豁免", "granted the waiver of obligation {obligation}"),
    "waiver.refuse": ("退回应办 {obligation} 的豁免申请", "refused the waiver of obligation {obligation}"),
    "waiver.withdraw": (
        "撤回应办 {obligation} 的豁免：{reason}",
        "took back the waiver of obligation {obligation}: {reason}",
    ),
    "watch.lift": ("解除对象 {subject} 的观察", "lifted the watch of {subject}"),
}


def sentence(line: AuditLine, language: str) -> str:
    """What a line says was done. A kind without a presenter is shown with its bare facts, never left out."""
    facts = _facts(line)
    if line.kind not in DEEDS:
        bare = ", ".join(f"{key}={value}" for key, value in facts.items())
        return f"{line.kind} {bare}".strip()
    if "seat_role" in facts and facts["seat_role"] in ROLES:
        facts["seat_role"] = ROLES[str(facts["seat_role"])].label(language)
    return pick(DEEDS[line.kind], language).format_map(_Known(facts))


class _Known(defaultdict[str, object]):
    """The facts of a line; what an old line does not have is a dash."""

    def __init__(self, facts: Mapping[str, object]) -> None:
        super().__init__(lambda: "—", {key: "—" if value is None else value for key, value in facts.items()})


def _facts(line: AuditLine) -> dict[str, object]:
    try:
        facts = json.loads(line.facts)
    except ValueError:
        return {}
    return facts if isinstance(facts, dict) else {}
