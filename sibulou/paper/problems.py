"""The problems of paper: each says what is wrong and what to do next."""

from __future__ import annotations

from sibulou.lib.problem import Problem


class UnknownSheet(Problem):
    """A serial that fits, of a sheet that is not here or lies outside one's area. The fact is `serial`."""

    number = "404.94"
    zh = "没有找到表号为 {serial} 的纸表，或者它不在你负责的区域。请核对表号；确有此表，请交给制表的村或乡镇录入。"
    en = (
        "There is no sheet {serial} in your area. Compare the serial; if the sheet exists, hand it to the village or "
        "township that drew it up."
    )


class NotASerial(Problem):
    """A text that has not the shape of a serial. The fact is `typed`."""

    number = "422.130"
    zh = "“{typed}”不是纸表表号。表号印在每页右上角，样子是 530499-0210-0042-K，请照着填。"
    en = (
        "“{typed}” is no serial of a sheet. It stands at the top right of every page and looks like "
        "530499-0210-0042-K; type it as it stands."
    )


class MistypedSerial(Problem):
    """A serial whose check sign does not fit. The fact is `typed`."""

    number = "422.131"
    zh = "表号 {typed} 的末位校验字母对不上，多半是有一位填错或两位填反了。请对着纸表逐位核对。"
    en = (
        "The last letter of {typed} does not fit its digits: one is mistyped, or two are swapped. Compare it with the "
        "sheet sign by sign."
    )


class SheetOfOtherCounty(Problem):
    """A serial of another county. The facts are `serial` and `county`."""

    number = "422.132"
    zh = "纸表 {serial} 是别的县（代码 {county}）的，这里不能录入。请把它交还给制表的县。"
    en = (
        "The sheet {serial} is of another county (code {county}) and cannot be typed in here. Hand it back to that "
        "county."
    )


class NothingOwed(Problem):
    """A sheet of a day on which nothing is owed there. The facts are `place` and `day`."""

    number = "422.133"
    zh = "{place} {day} 没有要办的事项，不用制表。请换一天、换一个区域，或多选几种表。"
    en = (
        "Nothing is owed at {place} on {day}, so there is nothing to put on a sheet. Choose another day or area, or "
        "more forms."
    )


class TooManyRows(Problem):
    """A sheet longer than somebody can carry. The facts are `count` and `most`."""

    number = "422.134"
    zh = "这张纸表会有 {count} 行，最多 {most} 行。请按组分别制表，或少选几种表。"
    en = "The sheet would have {count} rows; {most} is the most. Draw up one for each group, or choose fewer forms."


class NoCode(Problem):
    """An address `/q/…` that is no code of a door or a post. The fact is `typed`."""

    number = "422.135"
    zh = "“{typed}”不是户码或卡点码。请重新扫描，或在“查人”里按姓名找。"
    en = "“{typed}” is no code of a household or a post. Scan it again, or look for the name under “People”."


class MistypedCode(Problem):
    """A subject's code whose check digits do not fit. The fact is `typed`."""

    number = "422.136"
    zh = "{typed} 的末两位校验码对不上，多半是填错了一位。请对着卡片逐位核对，或重新扫描。"
    en = "The last two digits of {typed} do not fit: one is mistyped. Compare it with the card, or scan it again."


class CodeOfOtherCounty(Problem):
    """A subject's code of another county. The fact is `county`."""

    number = "422.137"
    zh = "这个码是别的县（代码 {county}）的，这里查不到。请联系那个县的值班员。"
    en = "This code is of another county (code {county}), which is not kept here. Ask that county's duty officer."


class NoTimeOfDay(Problem):
    """A time of a row that cannot be read. The fact is `typed`."""

    number = "422.138"
    zh = "时间“{typed}”看不懂。请填四位数字，例如 0830 就是 8 点 30 分。"
    en = "The time “{typed}” cannot be read. Type four digits: 0830 is half past eight."


class NoSuchForm(Problem):
    """A sheet with a form that its plan does not have for such a subject. The fact is `form`."""

    number = "422.139"
    zh = "现行预案里没有可以印成纸表的“{form}”。请在列出的表里选一种。"
    en = "The plan in force has no form “{form}” that can be printed here. Choose one of those listed."


class LinesOutOfRange(Problem):
    """A shift's sheet with no line, or with too many. The fact is `most`."""

    number = "422.140"
    zh = "行数须在 1 到 {most} 之间。请改正后再制表。"
    en = "The number of lines must be between 1 and {most}. Correct it and draw the sheet up again."


class AnsweredRow(Problem):
    """A row declared empty that is typed in already. The facts are `place` and `by`."""

    number = "409.70"
    zh = "第 {place} 行已由 {by} 录入。要改，请先撤回那一行。"
    en = "Row {place} was settled by {by}. To change it, take that row back first."


class OpenRow(Problem):
    """A row taken back that nobody has typed in. The fact is `place`."""

    number = "409.71"
    zh = "第 {place} 行还没有录入，不用撤回。请直接填写。"
    en = "Row {place} has not been typed in, so there is nothing to take back. Just type it."


class RowOfNoSheet(Problem):
    """A row that the sheet does not have. The facts are `serial` and `place`."""

    number = "404.95"
    zh = "纸表 {serial} 没有第 {place} 行。请核对行号。"
    en = "The sheet {serial} has no row {place}. Compare the number of the row."


class SheetsUsedUp(Problem):
    """A county that has used up the serials of a day of the year. The fact is `day`."""

    number = "409.72"
    zh = "本县 {day} 的纸表表号已经用完。请先用已制的纸表，明天再制新的。"
    en = "The county has used up its serials of {day}. Use the sheets there are, and draw up new ones tomorrow."
