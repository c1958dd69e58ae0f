"""The roster's problems: areas, subjects, the chain of responsibility."""

from __future__ import annotations

from sibulou.lib.problem import Problem


class OutOfReach(Problem):
    """A deed on something outside one's area, which for the asker does not exist."""

    number = "404.1"
    zh = "找不到这一项，或它不在你的管辖范围内。请核对后重试，或请上一级办理。"
    en = "There is no such thing within your area. Check what you chose, or ask the next level up to do this."


class NoRight(Problem):
    """A deed beyond one's rights on something one can see. The facts are `right_zh` and `right_en`."""

    number = "403.3"
    zh = "你的岗位没有“{right_zh}”权限。请由上一级有此权限的岗位办理。"
    en = "Your seat does not hold the right to {right_en}. Ask a seat above yours that holds it to do this."


class UnknownDivision(Problem):
    """No official division has the code."""

    number = "422.60"
    zh = "区划表（2023年6月30日）里没有代码“{code}”。请核对2、4、6、9或12位的统计用区划代码。"
    en = (
        "The table of divisions (of 30 June 2023) has no code “{code}”. Check it against the statistics office's "
        "codes of 2, 4, 6, 9 or 12 digits."
    )


class NotACounty(Problem):
    """A code of another level where a county was asked for."""

    number = "422.61"
    zh = "“{code} {name}”不是县（市、区）。请填县级代码，例如：{some}。"
    en = "“{code} {name}” is no county. Give the code of a county, such as: {some}."


class AlreadyFounded(Problem):
    """The county stands already."""

    number = "409.20"
    zh = "{name}（{code}）已经建立，无需重复建立。新增村组请用“导入村组”；改了代码请用“变更代码”。"
    en = (
        "{name} ({code}) was founded already and need not be founded again. Add groups by importing them; where a "
        "code changed, recode the area."
    )


class CodeTaken(Problem):
    """A code that another area holds at that time."""

    number = "409.21"
    zh = "代码 {code} 在这段时间属于“{holder}”。请核对代码；若那里也改了代码，请先变更它的。"
    en = (
        "The code {code} belongs to “{holder}” in that time. Check the code; where that area was recoded too, "
        "recode it first."
    )


class WrongCode(Problem):
    """A code that does not fit the area's level or its parent. The facts are `code`, `digits`, `parent`."""

    number = "422.62"
    zh = "代码“{code}”不合适：应为 {digits} 位数字，并以上级代码 {parent} 开头。请改正代码。"
    en = (
        "The code “{code}” does not fit: it has {digits} digits and begins with the code above it, {parent}. Correct "
        "it."
    )


class RecodedLater(Problem):
    """A recoding on or before the day from which the present code holds."""

    number = "422.63"
    zh = "现行代码 {code} 自 {since} 起使用，新代码只能从更晚的日期起。请改正生效日期。"
    en = "The present code {code} holds since {since}; a new one can hold only from a later day. Correct the date."


class UnknownArea(Problem):
    """A code that no area of the roster has or had."""

    number = "404.2"
    zh = "名册上没有代码为“{code}”的区域。请核对代码，或先建立所在的县。"
    en = "No area on the roster has the code “{code}”. Check it, or found its county first."


class NotUnderThis(Problem):
    """An area of a level that cannot stand under the one chosen."""

    number = "422.64"
    zh = "“{parent}”下面不能设{child_zh}。请选择一个{wanted_zh}。"
    en = "There can be no {child_en} under “{parent}”. Choose a {wanted_en}."


class GroupTaken(Problem):
    """A number or a name that a sibling has."""

    number = "409.22"
    zh = "{parent} 已有“{name}”。请换一个编号或名称；若是同一个组，就不必再加。"
    en = "{parent} already has “{name}”. Take another number or name; if it is the same one, nothing need be added."


class NoSlotLeft(Problem):
    """An area that has as many children as its key can hold."""

    number = "409.23"
    zh = "{parent} 下面已有 {count} 个，编号用完了。请先把它分成两个，再继续添加。"
    en = "{parent} has {count} areas under it and no number is left. Divide it into two first, then go on."


class WrongGroupNumber(Problem):
    """A group's number outside 1 to 999, or a group with neither number nor name."""

    number = "422.65"
    zh = "组的编号应为1至999的整数，或者填写组名。现在是“{given}”，请改正。"
    en = "A group has a number from 1 to 999, or a name. “{given}” is neither; correct it."


class ImportRefused(Problem):
    """A file with mistakes; nothing of it was taken. The facts are `count`, `mistakes_zh`, `mistakes_en`."""

    number = "422.66"
    zh = "文件中有 {count} 处错误，一行也没有导入。请改正后重新导入：\n{mistakes_zh}"
    en = "The file has {count} mistakes and none of it was taken. Correct these and import it again:\n{mistakes_en}"


class StillOnRoster(Problem):
    """An end over what is still on the roster. The facts are `name`, `count`, `some`."""

    number = "409.24"
    zh = "“{name}”下面还有 {count} 项在册（如：{some}），不能移出。请先把它们逐一迁走或注明去向。"
    en = (
        "“{name}” still has {count} on the roster under it (such as {some}) and cannot be ended. Move them, or end "
        "each by name, first."
    )


class SubjectEnded(Problem):
    """A deed on something that was taken off the roster."""

    number = "409.8"
    zh = "{subject} 已于 {until} 由 {by} 移出名册。如有误，请重新登记。"
    en = "{subject} was taken off the roster by {by} at {until}. If that was wrong, enter it again."


class BeforeItsStart(Problem):
    """An end before the start."""

    number = "422.55"
    zh = "结束时间 {at} 早于开始时间 {since}。请改正时间。"
    en = "The end ({at}) lies before the start ({since}). Correct the moment."


class NotYet(Problem):
    """An end that lies ahead."""

    number = "422.67"
    zh = "时间 {at} 还没有到（现在是 {now}），不能提前移出名册。请到那时再办，或改正时间。"
    en = "The moment {at} has not come (it is {now}); nothing ends ahead of time. Correct it, or wait."


class ReasonMissing(Problem):
    """A deed that takes a reason, without one."""

    number = "422.68"
    zh = "请写明理由；它会与你的姓名一起留存备查。"
    en = "Give a reason; it is kept together with your name."


class NotInTheList(Problem):
    """A coded value outside its list. The facts are `field`, `given`, `allowed`."""

    number = "422.69"
    zh = "“{field}”不能是“{given}”。可选：{allowed}。"
    en = "“{field}” cannot be “{given}”. Choose one of: {allowed}."


class UnlistedCode(NotInTheList):
    """A coded field of the roster whose value its list does not have. The facts name the field in both languages."""

    number = "422.211"
    zh = "“{field_zh}”不能是“{given}”。请选择其中之一：{allowed_zh}。"
    en = "“{field_en}” cannot be “{given}”. Choose one of: {allowed_en}."


class NothingChosen(NotInTheList):
    """A coded field of the roster that was left empty. The facts name the field in both languages."""

    number = "422.212"
    zh = "请选择{field_zh}：{allowed_zh}。"
    en = "Choose the {field_en}: {allowed_en}."


class StateAhead(NotYet):
    """A state of a person that would hold only later."""

    number = "422.213"
    zh = "时间 {at} 还没有到（现在是 {now}），现状只能填已经发生的。请到那时再填，或改正时间。"
    en = "The moment {at} has not come (it is {now}); a state is told when it holds. Correct the moment, or wait."


class NameMissing(Problem):
    """A name that is empty or too long. The fact is `most`."""

    number = "422.70"
    zh = "名称不能为空，最多 {most} 个字。请重新填写。"
    en = "A name is needed, of at most {most} characters. Write it again."


class AlreadyListed(Problem):
    """A person whose identity number is on the roster. The facts are `label`, `place` and `subject`, his key."""

    number = "409.25"
    zh = (
        "这个证件号码已在册：{label}（{place}）。请先核对：是同一人，请办“迁移”；是两个人，必有一个号码有误，请对照证件改正，"
        "一时核不清的先按无证件登记。"
    )
    en = (
        "This identity number is on the roster: {label} ({place}). Look there first: if it is the same person, move "
        "that one. If there are two, one number is wrong: compare both with the papers; until that is clear, enter "
        "this one without a paper."
    )


class CannotMerge(Problem):
    """Two areas that cannot become one. The facts are `area` and `into`."""

    number = "422.78"
    zh = (
        "“{area}”不能并入“{into}”：只能由村并村、组并组、微网格并微网格，且两者都在用。"
        "乡镇合并，请先在新乡镇下新增各村，再逐村并入，最后撤销原乡镇。"
    )
    en = (
        "“{area}” cannot be merged into “{into}”: villages go into villages, groups into groups and micro-grids into "
        "micro-grids, and both must stand. To merge townships, add the villages under the new one, merge village by "
        "village, and then end the old township."
    )


class WrongPlace(Problem):
    """Something put at an area of a level it cannot lie in."""

    number = "422.71"
    zh = "“{area}”是{given_zh}，这里要选{wanted_zh}。请改选。"
    en = "“{area}” is a {given_en}; a {wanted_en} is needed here. Choose another."


class OpenedAlready(Problem):
    """A post opened a second time."""

    number = "409.26"
    zh = "{post} 已于 {at} 启用。如要调整班次，请到“排班”中办理。"
    en = "{post} has been open since {at}. To change its shifts, go to its roster of shifts."


class Overlapping(Problem):
    """Two holders of one seat at a time."""

    number = "409.7"
    zh = "该席位在这段时间已由 {holder} 担任（{starts} 起）。请先结束其任职，或改任为副职。"
    en = (
        "The seat is held by {holder} from {starts} on in that time. End that appointment first, or appoint as a "
        "deputy."
    )


class NoAppointmentSpan(Problem):
    """A term or a leave that ends before it starts."""

    number = "422.54"
    zh = "任期的结束时间须晚于开始时间（{starts}）。"
    en = "A term must end after it starts ({starts})."


class WrongSeat(Problem):
    """A role at a place where it does not sit. The facts are `role_zh`, `role_en`, `where_zh`, `where_en`."""

    number = "422.72"
    zh = "“{role_zh}”的席位应设在{where_zh}。请改选位置或角色。"
    en = "The seat of a {role_en} belongs to a {where_en}. Choose another place or another role."


class AccountClosed(Problem):
    """An appointment of someone whose account is closed."""

    number = "409.27"
    zh = "{user} 的账号已停用，不能任职或代班。请先启用账号，或另选一人。"
    en = "{user}'s account is closed and cannot hold or stand in for a seat. Open it first, or choose somebody else."


class UsernameTaken(Problem):
    """A sign-in name that somebody has."""

    number = "409.28"
    zh = "登录名“{username}”已有人使用。请另取一个，例如加上乡镇拼音或数字。"
    en = "The sign-in name “{username}” is taken. Choose another, with the township or a digit added, for instance."


class WeakPassword(Problem):
    """A password that is too easy. The facts are `reasons_zh`, `reasons_en`."""

    number = "422.73"
    zh = "密码不够安全：至少10位，不能全是数字，也不能是常见密码。请另设一个。"
    en = "The password is too easy: it takes ten characters, not digits alone, and no common password. Choose another."


class BadUsername(Problem):
    """A sign-in name with signs it cannot have."""

    number = "422.74"
    zh = "登录名“{username}”只能用2至40个小写字母、数字、点、横线或下划线。请改正。"
    en = "The sign-in name “{username}” takes 2 to 40 small letters, digits, dots, dashes or underlines. Correct it."


class OwnStandIn(Problem):
    """Somebody standing in for himself."""

    number = "422.75"
    zh = "代班人不能是请假人自己。请另选一人，或留空表示暂无人代班。"
    en = "Nobody stands in for himself. Choose another, or leave it empty: then nobody answers for the seat."


class LeaveOverlaps(Problem):
    """A second leave from the same seats in the same time."""

    number = "409.29"
    zh = "{user} 在这段时间已有请假（{starts} 起）。请先结束那一次，再重新登记。"
    en = "{user} is on leave in that time already (from {starts} on). End that leave first, then enter the new one."


class WrongCrew(Problem):
    """A post with too few or too many people. The fact is `given`."""

    number = "422.76"
    zh = "卡点每班人数应为1至99人，现在是{given}。请改正。"
    en = "A post takes a crew of 1 to 99; {given} was given. Correct it."


class BornLater(Problem):
    """A birth date that lies ahead. The facts are `born` and `today`."""

    number = "422.77"
    zh = "出生日期{born}晚于今天{today}。请改正。"
    en = "The birth date {born} is later than today, {today}. Correct it."


class AppointmentOver(Problem):
    """An end of an appointment or leave that is over. The facts are `user` and `ends`."""

    number = "409.30"
    zh = "{user} 的这一任（假）已于 {ends} 结束，无需再办。请刷新页面查看。"
    en = "This term or leave of {user} was over at {ends}; nothing need be done. Reload the page to see it."


class MeanwhileChanged(Problem):
    """Somebody else took, in the same moment, what only one may hold: a code, a name, a seat."""

    number = "409.31"
    zh = "就在刚才，另一人已办理了同一件事，这一次没有保存。请刷新页面核对后再试。"
    en = "Somebody else did the same a moment ago, and this was not saved. Reload the page, look, and try again."


class OwnAppointment(Problem):
    """Somebody who would give himself a seat."""

    number = "403.10"
    zh = "不能给自己任命席位，也不能让自己代班。请由上级或另一位系统管理员办理；系统管理员只有一位时，请先任命第二位。"
    en = (
        "Nobody gives himself a seat or makes himself a stand-in. Let a superior or another administrator do it; where "
        "there is only one administrator, appoint a second first."
    )


class SuperiorsSeat(Problem):
    """A subordinate who would fill the seat of his own superior, end it, or put its holder on leave. The facts are
    `role_zh` and `role_en`."""

    number = "403.11"
    zh = "{role_zh}是你的上级，不能由你任命、结束任职、办理请假或销假。请由更上一级或系统管理员办理。"
    en = (
        "The {role_en} is your superior; you do not fill that seat, end a term in it, or enter its leave. Ask the "
        "level above or the administrator to do it."
    )
