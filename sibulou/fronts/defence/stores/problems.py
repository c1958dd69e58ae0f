"""Why something told of supplies cannot be taken, in the reader's words."""

from __future__ import annotations

from sibulou.lib.problem import Problem


class NothingCounted(Problem):
    """A count in which no item stands."""

    number = "422.480"
    zh = "盘点没有填任何品名的数量。请至少填一项，一件不剩的填 0。"
    en = "The count names no item. Give the number of one at least; write 0 where nothing is left."


class NoStore(Problem):
    """Supplies sent to, or taken from, what keeps none. The fact is `named`."""

    number = "422.481"
    zh = "“{named}”不是在册的卡点或物资存放处。请从列表中选择。"
    en = "“{named}” is no post or store on the roster. Choose one from the list."


class NotSaidWhat(Problem):
    """A need met from a store without what was taken there."""

    number = "422.482"
    zh = "填了从哪里领的，请把送了什么、多少一并填上。"
    en = "It says where it was taken from: say what was brought and how much, too."


class OneHand(Problem):
    """Whoever gave something out signs for it himself."""

    number = "403.480"
    zh = "这批物资是您发出的，签收须由另一人办理。请让收货人用自己的账号签收。"
    en = "You gave this out yourself; somebody else must sign for it. Let whoever got it sign with his own account."


class NotThatMuch(Problem):
    """More is to be given out than the book has. The facts are `left` and `batch`."""

    number = "409.480"
    zh = "账上“{batch}”只剩 {left} 件。请改数量；如果实物比账多，请先盘点。"
    en = "The book has {left} of “{batch}” left. Change the quantity; if there is more in fact, count first."


class NoPlan(Problem):
    """Supplies are entered while no plan that keeps stock is in force."""

    number = "409.481"
    zh = "现在没有管物资的预案在执行，不能登记。请等待启动，或联系县值班员。"
    en = "No plan that keeps stock is in force: nothing can be entered. Wait for the start, or ask the duty officer."


class NothingThere(Problem):
    """Something is to be given out of a book that has nothing. The fact is `named`."""

    number = "409.482"
    zh = "“{named}”的账上没有物资。请先签收或入库，再登记发出和领用。"
    en = "The book of “{named}” has nothing. Sign for it or take it in first, then send or use it."
