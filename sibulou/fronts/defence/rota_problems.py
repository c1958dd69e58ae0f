"""What can be wrong with teams, people and rosters, in sentences."""

from __future__ import annotations

from sibulou.lib.problem import Problem


class UnitTaken(Problem):
    """A unit or team whose name is on the list. The fact is `name`."""

    number = "409.420"
    zh = "“{name}”已在名单上。请直接使用，或换一个名称。"
    en = "“{name}” is on the list already. Use it, or choose another name."


class AlreadyListedThere(Problem):
    """An account that belongs to another person of the force. The fact is `account`."""

    number = "409.421"
    zh = "账号 {account} 已对应另一名队员。请核对账号，或先让那名队员退出。"
    en = "The account {account} belongs to somebody else of the force. Check it, or end that one's membership first."


class EndedAlready(Problem):
    """Somebody or something of the force that has left it. The facts are `name` and `by`."""

    number = "409.422"
    zh = "{name} 已由 {by} 移出名单。请刷新页面查看。"
    en = "{name} was taken off the list by {by}. Reload the page."


class NoSuchUnit(Problem):
    """A unit or a team that the list does not have. The fact is `name`."""

    number = "404.420"
    zh = "没有名为“{name}”的单位或队伍。请先登记，或改正名称。"
    en = "There is no unit or team “{name}”. Enter it first, or correct the name."


class OddSpan(Problem):
    """An absence or a roster whose end is not after its start."""

    number = "422.420"
    zh = "结束时间应晚于开始时间。请改正。"
    en = "The end must be after the start. Correct it."


class PeopleRefused(Problem):
    """A file of people with mistakes; nothing was taken over. The facts are `count`, `mistakes_zh`, `mistakes_en`."""

    number = "422.421"
    zh = "文件有 {count} 处错误，一行也没有导入。请改正后重新导入：\n{mistakes_zh}"
    en = "The file has {count} mistakes and nothing of it was taken over. Correct them and import again:\n{mistakes_en}"


class WrongCell(Problem):
    """A cell of a file of people. The facts are `column`, `given` and what is allowed."""

    number = "422.422"
    zh = "“{column}”不能是“{given}”。允许：{allowed_zh}。"
    en = "“{column}” cannot be “{given}”. Allowed: {allowed_en}."


class NoPosts(Problem):
    """A roster for an area where no post stands open."""

    number = "422.423"
    zh = "这里没有已启用的卡点，排不了班。请先登记并启用卡点。"
    en = "No post stands open here, so there is nothing to make a roster for. Enter and open posts first."


class NoForce(Problem):
    """A roster without anybody who could stand in it."""

    number = "422.424"
    zh = "名单上没有可排班的队员。请先登记单位、队伍和队员。"
    en = "Nobody on the list can be put on duty. Enter units, teams and people first."


class WrongDays(Problem):
    """A roster for no days, or for too many. The fact is `most`."""

    number = "422.425"
    zh = "一次排 1 至 {most} 天。请改正天数。"
    en = "A roster is for 1 to {most} days. Correct the number."


class RotaPublished(Problem):
    """A change of a proposal that is published or dropped. The fact is `state_zh`, `state_en`."""

    number = "409.423"
    zh = "这份排班{state_zh}，不能再这样改。已发布的班次请用换班、撤班办理。"
    en = "This roster {state_en} and is not changed this way any more. Use swaps and withdrawals for published shifts."


class ShiftsOverlap(Problem):
    """A roster that would give a post two shifts at one time. The facts are `post` and `begins`."""

    number = "409.424"
    zh = "{post} 在 {begins} 已有发布的班次。请先撤销那些班次，或改排班的日期。"
    en = "{post} has published shifts at {begins} already. Withdraw them first, or make the roster for other days."


class CannotStand(Problem):
    """Somebody put in a shift that the rules do not let him stand. The facts are `name`, `why_zh`, `why_en`."""

    number = "409.425"
    zh = "{name} 不能上这个班：{why_zh}。请换一个人或换一个班。"
    en = "{name} cannot stand this shift: {why_en}. Choose another person or another shift."


class NotInShift(Problem):
    """Somebody taken from a shift, or swapped out of it, who does not stand in it."""

    number = "409.426"
    zh = "这个人已不在这个班上。请刷新页面核对。"
    en = "This person does not stand in that shift any more. Reload the page and look."


class ShiftBegun(Problem):
    """A swap of a shift that has begun. The fact is `begins`."""

    number = "409.427"
    zh = "这个班 {begins} 已经开始，不能再换。有人缺岗请报离岗，由点长补人。"
    en = "This shift began at {begins} and is not swapped any more. Say who is absent; the post head sends somebody."


class SwapWaits(Problem):
    """A second swap of one shift while the first waits for its answer."""

    number = "409.428"
    zh = "这个班的换班申请还在等答复。请等对方答复，或先撤回。"
    en = "A swap of this shift waits for its answer. Wait for it, or take it back first."


class SwapAnswered(Problem):
    """A swap answered twice. The facts are `by` and `at`."""

    number = "409.429"
    zh = "这次换班已由 {by} 于 {at} 答复，无需再办。请刷新页面查看。"
    en = "This swap was answered by {by} at {at}. Reload the page to see it."


class NotYours(Problem):
    """A shift, a swap or a calendar of somebody else."""

    number = "403.420"
    zh = "只有本人能办这件事。请用本人的账号登录，或请点长、值班员办理。"
    en = "Only the person himself does this. Sign in with his account, or ask the post head or the duty officer."


class LinkWithdrawn(Problem):
    """A calendar link that was taken back, or that never was one."""

    number = "404.421"
    zh = "这个日历链接无效，或已收回。请到“我的班次”重新取得。"
    en = "This calendar link is not valid, or was taken back. Open “My shifts” and make a new one."


class HoursOverlap(Problem):
    """Shifts of a post that overlap within a day, or run past their own next beginning."""

    number = "422.426"
    zh = "同一卡点的班次时间有重叠。请改正开始时间或时长。"
    en = "The shifts of this post overlap. Correct when they begin or how long they are."


class OddHours(Problem):
    """A line of a post's shifts that cannot be read. The fact is `line`."""

    number = "422.427"
    zh = "看不懂“{line}”。请写成“08:00 8 2 公安 卫健”：开始时间、小时数（1 至 12）、人数（1 至 99）、必须有的专业。"
    en = (
        "This line cannot be read: “{line}”. Write “08:00 8 2 police health”: when it begins, hours (1 to 12), people "
        "(1 to 99), the trades that must be there."
    )


class NoFileGiven(Problem):
    """A file of people that was not sent, or is larger than is read. The fact is `most`, in megabytes."""

    number = "422.428"
    zh = "没有收到文件，或文件超过 {most} MB。请选择一个 CSV 文件再导入。"
    en = "No file came, or it is larger than {most} MB. Choose a CSV file and send it again."


class NotAccepted(Problem):
    """A roster with breaches that was published without saying that they were seen."""

    number = "422.429"
    zh = "这份排班有不满足规则的地方。请看过后勾选“仍要发布”，或先改表。"
    en = "This roster breaks rules. Look at them and tick that you publish nevertheless, or change the grid first."


class NobodyChosen(Problem):
    """A form that needs somebody of the force and names nobody the list has."""

    number = "422.430"
    zh = "没有选人，或这个人不在名单上。请从列表中选择。"
    en = "Nobody was chosen, or the list does not have him. Choose from the list."
