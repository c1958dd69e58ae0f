"""Why a passage cannot be taken as it was told, in the reader's words."""

from __future__ import annotations

from sibulou.lib.problem import Problem


class VillageIsolates(Problem):
    """Somebody of a village told of an isolation."""

    number = "403.240"
    zh = "村（社区）和包保人员不能作出隔离决定。请改选“留观”或“移交”，由卡点、卫健部门或县指挥部凭通知书决定。"
    en = (
        "A village and a guard cannot decide on isolation. Choose “held” or “handed over” instead; the post, the "
        "health bureau or the county headquarters decides, with the number of a notice."
    )


class PhoneMissing(Problem):
    """A passage of which only a telephone number is kept has none."""

    number = "422.241"
    zh = "选了“只留手机号”，但没有填手机号。请补填，或改为登记姓名。"
    en = "“Phone number only” was chosen and no number given. Give it, or register the name instead."
