"""The audit chain in sentences: a presenter for every kind of line, from the plain values that the line keeps."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sibulou.fronts.defence.models import Member
from sibulou.fronts.defence.people import names as member_names
from sibulou.roster.models import AuditLine, User
from sibulou.roster.role import ROLES
from sibulou.web.fact_words import in_words, reason_words
from sibulou.web.labels import owners, pick, subjects

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
        "任命 {account}：{seat}",
        "appointed {account}: {seat}",
    ),
    "appointment.end": (
        "结束 {account} 的任职（{seat}）：{reason}",
        "ended the term of {account} ({seat}): {reason}",
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
    "branch.found": ("成立临时党支部“{name}”（{number}）", "founded the branch “{name}” ({number})"),
    "branch.lead": ("卡点 {subject} 归 {branch}", "put post {subject} under {branch}"),
    "branch.lead_end": ("卡点 {subject} 不再归 {branch}", "took post {subject} from under {branch}"),
    "county.found": ("建县", "founded the county"),
    "device.enrol": ("{account} 登记设备“{name}”", "{account} brought in the device “{name}”"),
    "device.invite": ("为账号 {username} 发出设备邀请码", "invited a device for {username}"),
    "device.renew": ("{account} 为设备“{name}”续期", "{account} renewed the device “{name}”"),
    "device.withdraw": (
        "收回 {account} 的设备“{name}”：{reason}",
        "withdrew the device “{name}” of {account}: {reason}",
    ),
    "roads.draw": ("补画一条路：{name}", "drew a way: {name}"),
    "roads.import": (
        "导入路网 {origin}：{nodes} 个路口，{roads} 段路（{datum}）",
        "imported the roads {origin}: {nodes} crossings, {roads} roads ({datum})",
    ),
    "roads.place": ("定位 {subject}：{longitude}, {latitude}", "placed {subject} at {longitude}, {latitude}"),
    "roads.seal.ask": ("申请封路：{name}；{reason}", "asked for a road to be sealed: {name}; {reason}"),
    "roads.seal.end": ("解封：{name}；{reason}", "opened a sealed road: {name}; {reason}"),
    "roads.seal.grant": ("批准封路：{name}", "granted that a road is sealed: {name}"),
    "roads.undraw": ("撤去补画的路：{name}；{reason}", "took a drawn way back: {name}; {reason}"),
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
    "leave.end": ("{account} 销假", "{account} is back from leave"),
    "leave.take": (
        "{account} 请假，代班 {stand_in}：{reason}",
        "{account} goes on leave, stand-in {stand_in}: {reason}",
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
    "message.prefer": ("更改 {account} 的消息设置", "changed what {account} is told by"),
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
    "order.send": ("下达指令 {number}，发给 {to} 个席位，限 {due}", "sent order {number} to {to} seats, due {due}"),
    "steps.publish": ("发布流程卡 {version}", "published the step card {version}"),
    "post.add": ("登记卡点 {subject}", "entered post {subject}"),
    "post.correct": ("更正卡点 {subject} 的登记：{fields}", "put post {subject} right: {fields}"),
    "post.joint": ("卡点 {subject} 与邻村联合设", "made {subject} a joint post with a neighbour village"),
    "post.joint_end": ("卡点 {subject} 不再与邻村联合设", "ended that {subject} is a joint post"),
    "post.step": ("卡点 {subject}：{step}（{number}）；{reason}", "post {subject}: {step} ({number}); {reason}"),
    "post.open": ("启用卡点 {subject}", "opened post {subject}"),
    "refusal.settle": ("处理待核记录 {refusal}：{how}", "settled the refused record {refusal}: {how}"),
    "calendar.link": ("取得日历链接", "made a link to the calendar"),
    "calendar.withdraw": ("收回日历链接", "took back the link to the calendar"),
    "member.absent": ("队员 {member} 请假 {since} 至 {until}", "member {member} is away from {since} to {until}"),
    "member.add": ("登记队员 {member}", "entered member {member}"),
    "member.apart": ("队员 {member} 与 {other} 不同班", "member {member} is kept apart from {other}"),
    "member.change": ("更改队员 {member}", "changed member {member}"),
    "member.end": ("队员 {member} 退出：{reason}", "member {member} left: {reason}"),
    "post.hours": ("设置卡点 {subject} 的班次", "set the shifts of post {subject}"),
    "rota.drop": ("作废排班 {rota}", "dropped roster {rota}"),
    "rota.drop_out": (
        "队员 {member} 缺勤：空出 {left} 个班，补上 {filled} 个，调动 {moved} 人",
        "member {member} dropped out: {left} places left, {filled} filled, {moved} people moved",
    ),
    "rota.fill": ("排班 {rota}：{places} 人次，空 {empty} 处", "filled roster {rota}: {places} places, {empty} empty"),
    "rota.propose": (
        "提出排班 {rota}（{first_day} 起 {days} 天）",
        "began roster {rota}: {days} days from {first_day}",
    ),
    "rota.publish": ("发布排班 {rota}：{shifts} 个班次", "published roster {rota}: {shifts} shifts"),
    "rota.put": (
        "排班 {rota}：把队员 {member} 放进班次 {shift}",
        "roster {rota}: put member {member} in shift {shift}",
    ),
    "rota.take": (
        "排班 {rota}：把队员 {member} 撤出班次 {shift}",
        "roster {rota}: took member {member} off shift {shift}",
    ),
    "shift.join": ("队员 {member} 补进班次 {shift}", "member {member} joined shift {shift}"),
    "shift.leave": ("队员 {member} 离开班次 {shift}：{reason}", "member {member} left shift {shift}: {reason}"),
    "shift.withdraw": ("撤销班次 {subject}：{reason}", "withdrew shift {subject}: {reason}"),
    "swap.answer": ("换班 {shift}：队员 {member} → {to}", "swap of shift {shift}: member {member} → {to}"),
    "swap.ask": ("申请换班 {shift}：队员 {member} → {to}", "asked to swap shift {shift}: member {member} → {to}"),
    "team.add": ("登记队伍 {name}", "formed team {name}"),
    "unit.add": ("登记单位 {name}", "entered unit {name}"),
    "seat.make": ("设立席位：{seat}", "made a seat: {seat}"),
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


@dataclass(frozen=True)
class Names:
    """What the numbers of some lines are called, as far as the reader sees; the lines keep the numbers alone."""

    accounts: Mapping[int, str] = field(default_factory=dict)
    seats: Mapping[int, str] = field(default_factory=dict)
    subjects: Mapping[int, str] = field(default_factory=dict)
    members: Mapping[int, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)


def names_in(lines: Iterable[AuditLine], *, language: str, now: datetime) -> Names:
    """The names of everybody and everything that these lines are about, looked up at once."""
    facts = [_facts(line) for line in lines]
    users = User.objects.filter(pk__in=_numbers(facts, "account", "stand_in")).values_list("pk", "name")
    seats = owners(_numbers(facts, "seat"), language=language, now=now)
    about = subjects(_numbers(facts, "subject", "branch"))
    return Names(
        dict(users),
        {key: f"{seat.role} {seat.place}".strip() for key, seat in seats.items()},
        {key: one.label for key, one in about.items()},
        member_names(Member.objects.filter(pk__in=_numbers(facts, "member", "other", "to"))),
        reason_words(language),
    )


def _numbers(facts: Iterable[Mapping[str, object]], *keys: str) -> set[int]:
    return {value for one in facts for key in keys if isinstance(value := one.get(key), int)}


def title(kind: str, language: str) -> str:
    """A kind of line as a list of choices names it: its sentence with dots for what differs."""
    return re.sub(r"\{[a-z_]+\}", "…", pick(DEEDS[kind], language))


def sentence(line: AuditLine, language: str, names: Names | None = None) -> str:
    """What a line says was done. A kind without a presenter is shown with its bare facts, never left out."""
    facts = _facts(line)
    if line.kind not in DEEDS:
        bare = ", ".join(f"{key}={value}" for key, value in facts.items())
        return f"{line.kind} {bare}".strip()
    if line.kind == "audit.check" and "broken_at" in facts:
        facts["found"] = pick(check_words(facts["broken_at"]), language)
    return pick(DEEDS[line.kind], language).format_map(_Known({**facts, **_called(facts, names or Names(), language)}))


def check_words(broken_at: object) -> tuple[str, str]:
    """What a check of the chain found, by the first line that does not fit (None: all fit)."""
    return ("全部相符", "all fit") if broken_at is None else (
        f"自第 {broken_at} 条起不符", f"broken from line {broken_at} on")  # fmt: skip


def _called(facts: Mapping[str, object], names: Names, language: str) -> dict[str, object]:
    """Names in the place of numbers; a number whose name the reader may not see stays one, with what it counts."""
    found = in_words(facts, names.reasons, language)
    for key in ("account", "stand_in"):
        if isinstance(number := facts.get(key), int):
            found[key] = names.accounts.get(number) or pick((f"账号 {number}", f"account {number}"), language)
    if isinstance(number := facts.get("seat"), int):
        role = ROLES.get(str(facts.get("seat_role")))
        bare = pick((f"席位 {number}", f"seat {number}"), language)
        found["seat"] = names.seats.get(number) or (f"{role.label(language)} {bare}" if role else bare)
    for key in ("subject", "branch"):
        if isinstance(number := facts.get(key), int) and number in names.subjects:
            found[key] = names.subjects[number]
    for key in ("member", "other", "to") if "member" in facts else ():
        if isinstance(number := facts.get(key), int) and number in names.members:
            found[key] = names.members[number]
    return found


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
