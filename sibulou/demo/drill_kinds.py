"""Everything the drill plants, by kind, in words. docs/reference/drill.md says more about each."""

from __future__ import annotations

from collections.abc import Mapping

KINDS: Mapping[str, tuple[str, str]] = {
    "window.missed": ("一个时段未办", "one window missed"),
    "window.row": ("连续 n 个时段未办，记 n 项（L2）", "n windows in a row are n misses (L2)"),
    "window.late": ("逾期后补办", "overdue, then met late"),
    "event.unanswered": ("触发后无人办理", "opened by a record and not answered"),
    "event.late": ("触发后逾期办理", "opened by a record and answered late"),
    "event.in_time": ("触发后按时办理（对照）", "opened by a record and answered in time (control)"),
    "passage.next_post": ("劝返后下一个卡点未传达", "a turn-back not passed on at the next post"),
    "story.no_guard": ("整村在管人员无包保", "a village where nobody guards those under watch"),
    "story.post_empty": ("16:00 至 16:40 卡点空岗", "a post empty from 16:00 to 16:40"),
    "story.returnee_known_at_the_gate_only": ("卡点见过、村里不知的返乡人员", "a returnee known at the gate only"),
    "story.exit_from_home_observation": ("居家观察人员外出", "an exit from home observation"),
    "story.village_silent": ("截止时一村未报", "a village silent at the cut-off"),
    "story.pharmacy_without_real_user": ("购药未登记实际用药人", "a sale without the real user"),
    "story.total_differs_from_rows": ("日报合计与行数不符", "a total that differs from its rows"),
    "leak.L1_unassignable": ("无人可派", "nobody can be assigned"),
    "leak.L1_next_list": ("空缺席位的应办在上一级清单上", "what a vacant seat owes is on the next list up"),
    "leak.L3_overdue_stays": ("人员迁走，之前的逾期仍在", "what was overdue before the end stays"),
    "leak.L3_stand_down_refused": ("有漏项不能解除响应", "no stand-down over open gaps"),
    "leak.L4_one_door_left": ("只差一户也不算完成", "one door left is not done"),
    "leak.L6_no_horizon": ("两年后仍是漏项", "still a miss after two years"),
    "leak.L6_more_than_listed": (
        "所见多于在册（L6）",
        "more are there than are listed (L6)",
    ),
    "leak.L7_on_the_own_list": ("过期的仍在责任人清单上", "what is past stays on the owner's list"),
    "leak.L8_never_reported": ("从未报告的机构", "an institution that never reported"),
    "leak.L9_contact_without_follow_up": ("在管而从未建立监测的人", "someone watched for whom nothing was opened"),
    "leak.L10_never_mentioned": ("没有任何记录提到的户", "a household in no record at all"),
    "record.offline": ("数日后才到的离线记录", "an offline record that comes days later"),
    "record.both_moments": ("回看：当时所知与现在所知", "as known then, and as known now"),
    "record.corrected_away": ("更正后不再算办结", "corrected: no longer met"),
    "record.corrected_into": ("更正后算办结", "corrected: met after all"),
    "record.opener_corrected": ("更正触发它的记录", "the record that opened it is corrected"),
    "record.withdrawn": ("撤回的记录", "a record withdrawn"),
    "clock.slow": ("手机慢数小时", "a clock hours slow"),
    "clock.fast": ("手机快数小时，报了自己的时间（对照）", "a clock hours fast that says so (control)"),
    "clock.future": ("来自未来的记录，拒收留存", "a record of the future, refused and kept"),
    "excuse.pending": ("申请豁免未获批准（L5）", "an excuse asked for and not confirmed (L5)"),
    "excuse.refused": ("申请豁免被驳回", "an excuse refused"),
    "excuse.granted": ("豁免已批准（对照）", "an excuse confirmed (control)"),
    "excuse.run_out": ("豁免到期", "an excuse that ran out"),
    "refused.unknown_subject": ("名册上没有的对象", "a record about nobody on the roster"),
    "refused.conflicting": ("同一编号两份内容", "one id with two contents"),
    "roster.household_late": ("漏登户补入名册", "a household entered late"),
    "roster.entered_twice": ("同一人登记两次", "a person entered twice"),
    "roster.moved_away": ("人员迁走后不再应办（对照）", "moved away: nothing owed after (control)"),
    "roster.recoded": ("乡镇改码，历史和合计不变", "a township recoded: history and totals stay"),
    "post.unled": ("卡点没有支部负责（S4）", "a post that no branch leads (S4)"),
    "plan.stricter_township": ("更严的乡镇", "a stricter township"),
    "plan.other_township": ("更严乡镇之外不受影响", "beside a stricter township nothing changes"),
    "plan.level_changed": ("调整响应级别之后", "after the level changed"),
    "leave.no_stand_in": ("请假无人替补", "on leave, nobody stands in"),
    "leave.stand_in": ("请假有人替补（对照）", "on leave with a stand-in (control)"),
    "leave.deputy": ("正职离任，副职在岗（对照）", "the holder left, a deputy answers (control)"),
    "owner.watched": ("责任人自己被观察", "the owner is under watch himself"),
    "owner.watched_himself": ("被观察的责任人没有包保", "the watched owner without a guard"),
    "chain.entered_late": ("任命补录", "an appointment entered late"),
    "chain.as_known_then": ("回看：当时所知的责任链", "the chain as it was known then"),
    "chain.left_unnoticed": (
        "离任补录",
        "an end entered late",
    ),
    "vacancy.county_duty": ("县值班员空缺", "no county duty officer"),
    "vacancy.health_bureau": ("卫健局席位空缺", "nobody at the health bureau"),
    "vacancy.market_bureau": ("市场监管局席位空缺", "nobody at the market regulator"),
    "vacancy.publicity_office": ("宣传部席位空缺", "nobody at the publicity office"),
    "vacancy.supplies_head": ("后勤保障组组长空缺", "no head of supplies"),
    "vacancy.township_secretary": ("乡镇书记空缺", "no township secretary"),
    "vacancy.township_duty": ("乡镇值班员空缺", "no township duty officer"),
    "vacancy.township_health": ("乡镇卫生专干空缺", "no township health officer"),
    "vacancy.township_organiser": ("乡镇组织委员空缺", "no township organiser"),
    "vacancy.village_secretary": ("村总支书记空缺", "no village secretary"),
    "vacancy.village_doctor": ("村医空缺", "no village doctor"),
    "vacancy.broadcaster": ("广播员空缺", "no broadcaster"),
    "vacancy.branch_secretary": ("支部书记空缺", "no branch secretary"),
    "vacancy.group_head": ("组长空缺", "no group head"),
    "vacancy.unit_head": ("十户长空缺", "no ten-household head"),
    "vacancy.guard": ("包保责任人离任", "a guard left"),
    "vacancy.post_head": ("卡点点长空缺", "no post head"),
    "vacancy.post_branch_secretary": ("临时党支部书记空缺", "no secretary of a temporary branch"),
    "vacancy.place_keeper": ("场所负责人空缺", "no keeper of a place"),
    "vacancy.institution_head": ("机构负责人空缺", "no head of an institution"),
    "drift": ("夜间从记录重算，差异为零", "recomputed from the records at night: no drift"),
}
"""What a drill at full length plants in any county; a kind that found no place is a finding."""

ASIDE: Mapping[str, tuple[str, str]] = {
    "not planted": ("没有埋而显示的", "shown and not planted"),
    "books": ("账目", "the books"),
    "intake": ("回执", "receipts"),
}
"""Rows that appear only when something is wrong."""


def words(kind: str) -> tuple[str, str]:
    """A kind in Chinese and English."""
    return KINDS.get(kind) or ASIDE.get(kind) or (kind, kind)
