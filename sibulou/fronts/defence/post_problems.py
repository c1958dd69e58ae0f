"""What can be wrong with the life of a post and the branches that lead posts, in sentences."""

from __future__ import annotations

from sibulou.lib.problem import Problem


class NoPost(Problem):
    """Something that is no post was to be led, or kept for a neighbour. The fact is `subject`."""

    number = "422.440"
    zh = "“{subject}”不是卡点。请从卡点名单中选择。"
    en = "“{subject}” is no post. Choose one from the list of posts."


class LedAlready(Problem):
    """A post put under the branch that leads it. The facts are `post` and `branch`."""

    number = "409.440"
    zh = "“{post}”现在就由“{branch}”负责，没有改动。如要改划请另选支部。"
    en = "“{post}” is led by “{branch}” already; nothing was changed. Choose another one."


class LedSince(Problem):
    """A post put under a branch before it was put under another. The facts are `post`, `branch`, `since`."""

    number = "409.441"
    zh = "“{post}”自 {since} 起由“{branch}”负责，不能从更早的时间改划。请填写那之后的时间。"
    en = "“{post}” has been led by “{branch}” since {since}. Give a moment after that."


class BranchMissing(Problem):
    """A post that no branch leads. The fact is `post`."""

    number = "409.442"
    zh = "“{post}”现在没有支部负责，无需撤出。请为它指定支部。"
    en = "No branch leads “{post}” now. Put it under one instead."


class OwnVillage(Problem):
    """A joint post named for an area that is no other village. The fact is `village`."""

    number = "422.441"
    zh = "“{village}”不是本卡点所在村以外的村（社区）。请选择邻村。"
    en = "“{village}” is not a village other than the post's own. Choose a neighbouring village."


class JointAlready(Problem):
    """A post that stands for the village already. The facts are `post` and `village`."""

    number = "409.443"
    zh = "“{post}”已是与“{village}”的联合设点，没有改动。如需另选请选别的村。"
    en = "“{post}” stands for “{village}” already; nothing was changed. Choose another one."


class WrongStep(Problem):
    """A step that does not follow from where the post stands. The facts are `post`, `stands` and `step`."""

    number = "409.444"
    zh = "“{post}”现在的状态不能办理这一步，可能别人刚办过。请刷新页面，从列出的步骤中选择。"
    en = "This step does not follow from where “{post}” stands; somebody may have taken one. Reload and choose anew."


class NotAfterItsLast(Problem):
    """A step dated before the one that was taken last. The facts are `post` and `last`."""

    number = "422.442"
    zh = "“{post}”的上一步在 {last}，这一步的时间应在其后。请改正时间。"
    en = "The last step of “{post}” was at {last}; this one must come after it. Correct the moment."


class NoNumber(Problem):
    """A suspension, resumption or withdrawal without the number of its decision."""

    number = "422.443"
    zh = "请填写决定文号：暂停、恢复、撤销卡点都要有依据。"
    en = "Give the number of the decision: suspending, resuming or withdrawing a post needs one."
