"""What can be wrong with an order, in sentences."""

from __future__ import annotations

from sibulou.lib.problem import Problem


class OrderToNobody(Problem):
    """An order for which nobody was chosen, or whose choice holds nobody."""

    number = "422.460"
    zh = "这道指令没有发给任何人。请选区域、角色或人员，至少一个。"
    en = "This order goes to nobody. Choose areas, roles or people, at least one."


class OrderEmpty(Problem):
    """An order without a text."""

    number = "422.461"
    zh = "指令没有内容。请写明要做什么。"
    en = "The order says nothing. Write what is to be done."


class DueNotAhead(Problem):
    """An order that is due before it is sent. The fact is `due`; without one none was given."""

    number = "422.462"
    zh = "完成时限应在现在之后（所填：{due}）。请改正时限。"
    en = "It must be due after now (given: {due}). Correct when it is due."


class MayNotOrder(Problem):
    """An order of somebody who sends none."""

    number = "403.460"
    zh = "只有县、乡镇的书记和值班员可以下达指令。请联系本级值班员代发。"
    en = (
        "Only secretaries and duty officers of the county and its townships send orders. Ask the duty officer to "
        "send it."
    )


class NobodyCalled(Problem):
    """A person named for an order who is not found, or sits in no seat that orders reach. The fact is `given`."""

    number = "422.463"
    zh = "找不到“{given}”，或其没有可接收指令的席位，或不在您的辖区。请核对姓名、账号，或改选区域、角色。"
    en = (
        "“{given}” was not found, or sits in no seat that orders reach, or not in your area. Check the name or the "
        "account, or choose an area or a role."
    )


class SeveralCalled(Problem):
    """A name that several have. The fact is `given`, and `accounts`."""

    number = "409.460"
    zh = "叫“{given}”的有几位，请改填账号：{accounts}。"
    en = "Several are called “{given}”. Give the account instead: {accounts}."


class AnsweredAlready(Problem):
    """An answer to an objection that was answered."""

    number = "409.461"
    zh = "这条异议已经答复过，没有改动。请刷新页面查看。"
    en = "This objection was answered already; nothing was changed. Reload the page."


class NothingReturned(Problem):
    """An objection, or “cannot”, without its reason."""

    number = "422.464"
    zh = "请写明理由：提出异议或办不了，都要让下达人知道为什么。"
    en = "Give the reason: whoever sent the order must know why it is objected to or cannot be done."


class NoOrderForm(Problem):
    """No plan in force here has orders."""

    number = "409.462"
    zh = "现行预案里没有指令，或响应没有启动，无法下达。请先启动响应。"
    en = "No plan in force here has orders, so none can be sent. Start a response first."
