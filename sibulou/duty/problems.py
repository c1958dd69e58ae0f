"""The kernel's problems: each says what is wrong and what to do next."""

from __future__ import annotations

from sibulou.lib.problem import Problem


class AlreadyRunning(Problem):
    """The start key pressed twice for one plan."""

    number = "409.1"
    zh = (
        "{area} 已有按预案“{plan}”启动的应急响应（{since} 起）。"
        "如需提级或降级请“调整级别”；如需重新启动请先“解除响应”。"
    )
    en = (
        "{area} already runs an event on plan “{plan}” (since {since}). Change its level instead, or stand "
        "it down first."
    )


class UnknownLevel(Problem):
    """A response level that the plan does not have."""

    number = "422.50"
    zh = "预案“{plan}”没有“{level}”级响应，只有：{allowed}。请改选其中一级。"
    en = "Plan “{plan}” has no level “{level}”; it has {allowed}. Choose one of these."


class VersionChanged(Problem):
    """A plan loaded again under a number that another text already has."""

    number = "409.2"
    zh = "预案“{plan}”第 {version} 版已经载入，内容不同。请把新文件的 version 加一后再载入；已用的版本不能改。"
    en = (
        "Version {version} of plan “{plan}” is already loaded with another text. Raise the version in the new file; "
        "a version in use is never changed."
    )


class Conflicting(Problem):
    """One id, two contents: both are kept."""

    number = "409.3"
    zh = "编号 {id} 的记录已经收到过，内容不同。两份都已留存，请到“待核记录”中选定以哪一份为准。"
    en = (
        "A record with the id {id} was received before with other content. Both are kept; settle which one "
        "stands under "
        "“records to settle”."
    )


class GapsStillOpen(Problem):
    """A stand-down or a lifted watch over open gaps."""

    number = "409.4"
    zh = "还有 {count} 项漏项没有销号，不能直接解除。请先逐项销号，或写明理由、由你署名一并豁免。"
    en = (
        "{count} gaps are still open, so this cannot simply be ended. Close them first, or waive them by "
        "your name with a reason."
    )


class AlreadySettled(Problem):
    """A waiver for what a record has met."""

    number = "409.5"
    zh = "这一项已于 {at} 办结，无需豁免。请刷新页面查看。"
    en = "This obligation was met at {at}; it needs no waiver. Reload the page to see it."


class AlreadyAnswered(Problem):
    """A request for a waiver that somebody has granted or refused before."""

    number = "409.6"
    zh = "这份豁免申请已由 {by} 处理。如有不同意见，请重新申请。"
    en = "This request for a waiver was already answered by {by}. Ask again if you see it differently."


class OwnWaiver(Problem):
    """A waiver granted by the one who asked for it, or by the one it relieves."""

    number = "403.1"
    zh = "豁免须由另一人批准：申请人和责任人都不能批准自己的豁免。请上一级（{superior}）处理。"
    en = (
        "A waiver takes a second person: neither who asked nor who answers for it may grant it. Let the next level "
        "({superior}) decide."
    )


class NotYours(Problem):
    """A deed beyond one's rights on something one can see."""

    number = "403.2"
    zh = "你的岗位没有“{right}”权限，这一步请 {who} 办理。"
    en = "Your seat does not hold the right to {right}; ask {who} to do this."


class SystemTells(Problem):
    """A record of a form that only the clockwork fills."""

    number = "403.20"
    zh = "“{form_zh}”由系统自动记录，不能由人填报。情况排除后系统会自己销号，请到对应页面处理。"
    en = "“{form_en}” is told by the system alone. Put right what it is about, on its own page; the gap then closes."


class OthersTell(Problem):
    """A record told by the person concerned, of a form that the plan leaves to others."""

    number = "403.190"
    zh = "“{form_zh}”不由本人填报，没有记下。请告诉给你链接的人，由他登记。"
    en = "“{form_en}” is not told by the person concerned; nothing was kept. Tell whoever gave you the link instead."


class UnknownDuty(Problem):
    """A duty that the plan does not have."""

    number = "422.57"
    zh = "预案“{plan}”里没有职责“{duty}”，只有：{allowed}。请改选其中一项。"
    en = "Plan “{plan}” has no duty “{duty}”; it has {allowed}. Choose one of these."


class OutsideTheEvent(Problem):
    """A setting for an area that the event does not cover."""

    number = "422.58"
    zh = "{area} 不在“{event}”的范围内。请选范围内的乡镇、村或组。"
    en = "{area} lies outside “{event}”. Choose a township, village or group within it."


class StillOpening(Problem):
    """A stand-down while obligations are still being opened."""

    number = "409.11"
    zh = "应办还在开列，目前 {count} 项。请等开列完再解除，通常不到两分钟；一直不动请管理员查看服务是否在运行。"
    en = (
        "Obligations are still being opened, {count} so far. Stand down when that is done, within two minutes as a "
        "rule; if it does not go on, ask the administrator whether sibulou run is up."
    )


class NotRunning(Problem):
    """A deed on an event that was stood down."""

    number = "409.9"
    zh = "“{event}”已于 {ended} 由 {by} 解除。需要时请重新启动。"
    en = "“{event}” was stood down at {ended} by {by}. Press the start key again if it is needed."


class AlreadyEnded(Problem):
    """A waiver for what a named end has closed."""

    number = "409.10"
    zh = "这一项已由 {by} 于 {at} 终止，无需再豁免。请刷新页面查看。"
    en = "This obligation was ended by {by} at {at}; it needs no waiver. Reload the page to see it."


class NothingToWithdraw(Problem):
    """A withdrawal of a waiver that does not wait or hold."""

    number = "409.15"
    zh = "这份豁免已经退回、撤回、到期，或这一项已办结，没有可撤回的。请刷新页面查看现在的情况。"
    en = (
        "This waiver was refused, withdrawn or has lapsed, or the obligation was met: there is nothing to withdraw. "
        "Reload the page to see how it stands."
    )


class LapsedWaiver(Problem):
    """A waiver granted after the span it was asked for."""

    number = "422.56"
    zh = "申请的豁免期到 {until} 为止，现在（{now}）已经过了。请让申请人重新申请，或拒绝这份申请。"
    en = "The waiver was asked for until {until}, which is past ({now}). Let it be asked for again, or refuse it."


class UnknownReason(Problem):
    """A waiver for a reason that the plan does not list for the duty. What it does list is told by title."""

    number = "422.51"
    zh = "“{reason}”不是本预案为这一项列出的理由。可选：{allowed_zh}。"
    en = "“{reason}” is no reason that the plan lists for this duty. Choose one of: {allowed_en}."


class NoReasonChosen(Problem):
    """A waiver for no reason at all. What the plan lists is told by title."""

    number = "422.59"
    zh = "还没有选豁免理由。可选：{allowed_zh}。"
    en = "No reason has been chosen. Choose one of: {allowed_en}."


class BackwardsWaiver(Problem):
    """A waiver that would end before it began."""

    number = "422.52"
    zh = "豁免的截止时间须晚于现在（{now}）。请改填以后的时间，或留空表示长期。"
    en = "A waiver must last beyond now ({now}). Give a later moment, or leave it empty for no end."


class Laxer(Problem):
    """A township that asks for less than the county."""

    number = "422.53"
    zh = "{area} 对“{duty}”的要求只能更严，不能更松。县级要求：{base}。请缩短时限或周期。"
    en = "{area} may be stricter on “{duty}”, never laxer. The county asks: {base}. Shorten the clocks or the cycle."


class FromTheFuture(Problem):
    """A record that says it happened after the moment at which it came."""

    number = "422.41"
    zh = "记录的发生时间 {happened} 晚于现在 {now}。请检查手机日期和时间，改正后重新提交；原件已留存。"
    en = (
        "The record says it happened at {happened}, which is after now ({now}). Check the date and time of "
        "the phone and "
        "send it again; what you sent is kept."
    )


class UnknownForm(Problem):
    """A record on a form that no plan in force has: an old app, or a slip."""

    number = "422.42"
    zh = "没有名为“{form}”的记录表，现行预案里最接近的是：{allowed}。请更新应用后重试；原件已留存。"
    en = (
        "There is no form “{form}”; nearest to it the plans in force have: {allowed}. Update the app and send again; "
        "what you sent is kept."
    )


class UnknownSubject(Problem):
    """A record about somebody, or naming somebody, whom the roster does not have or the teller may not see."""

    number = "422.43"
    zh = "名册上找不到对象 {subject}，或不在你的范围内。记录已留存并列入“未入册”，请核对后补登名册。"
    en = (
        "{subject} is not on the roster, or not within your area. The record is kept and shown as off the "
        "roster; check it and "
        "add the subject."
    )


class WrongSubject(Problem):
    """A record on a form that is about another kind of subject."""

    number = "422.44"
    zh = "“{form}”应填给{wanted}，不是{given}。请换一张表，或换一个对象。"
    en = "“{form}” is for a {wanted}, not for a {given}. Take another form or another subject."


class WrongEnvelope(Problem):
    """A record whose outer fields cannot be read."""

    number = "422.45"
    zh = "记录的“{field}”不对：{wrong}。应为：{allowed_zh}。请改正后重新提交；原件已留存。"
    en = "The record's “{field}” is wrong: {wrong}. It should be {allowed_en}. Correct it and send again; it is kept."


class NothingToCorrect(Problem):
    """A correction of a record about something else, or of itself."""

    number = "422.46"
    zh = "要更正的记录 {corrects} 属于另一个对象或另一种记录表。请从原记录的页面发起更正。"
    en = (
        "The record {corrects} to be corrected belongs to another subject or form. Start the correction from "
        "that record's page."
    )
