"""What can be wrong with what was typed on the command line."""

from __future__ import annotations

from sibulou.lib.problem import Problem


class TablesMissing(Problem):
    """The database lacks tables of this release."""

    number = "503.22"
    zh = "数据库还没有本版本的数据表。请先运行 sibulou migrate，再运行这条命令。"
    en = "The database lacks the tables of this release. Run sibulou migrate first, then this command again."


class DatabaseLost(Problem):
    """The database went away while a command was at work."""

    number = "503.23"
    zh = "办理途中与数据库失去连接：{reason}。未完成的改动没有保存；请用 sibulou db status 查看后重新运行。"
    en = (
        "The database was lost on the way: {reason}. What was not finished was not saved; "
        "look with sibulou db status, then run the command again."
    )


class FileUnreadable(Problem):
    """A file named on the command line cannot be read as text."""

    number = "422.90"
    zh = "读不了文件 {file}：{reason_zh}。请核对路径和权限，并把文件存成 UTF-8 编码。"
    en = "The file {file} cannot be read: {reason}. Check its path and permissions, and save it in UTF-8."


class NoSuchPlan(Problem):
    """No version of the plan is loaded."""

    number = "404.91"
    zh = "没有载入过预案 {plan}。请先运行 sibulou plan load；已载入的有：{known}。"
    en = "The plan {plan} was never loaded. Run sibulou plan load first; loaded are: {known}."


class NoSuchEvent(Problem):
    """No event of the plan runs at the area."""

    number = "404.92"
    zh = "{area} 没有正在进行的 {plan} 事件。请核对代码和预案；进行中的有：{known}。"
    en = "No event of {plan} is running at {area}. Check code and plan; running are: {known}."


class NoSuchAccount(Problem):
    """No account has this name."""

    number = "404.93"
    zh = "没有账号 {username}。请核对登录名，或用 sibulou user add 新建。"
    en = "There is no account {username}. Check the sign-in name, or add one with sibulou user add."


class PasswordsDiffer(Problem):
    """The password was typed twice, differently."""

    number = "422.93"
    zh = "两次输入的密码不同。请重新运行这条命令，两次输入同一个密码。"
    en = "The two passwords differ. Run the command again and type the same one twice."


class NoSuchDay(Problem):
    """A day that no calendar has."""

    number = "422.98"
    zh = "“{given}”不是日期。请写成 2027-01-01 这样。"
    en = "“{given}” is no date. Write it as 2027-01-01."


class NothingInFile(Problem):
    """A file named on the command line holds no line to take in."""

    number = "422.183"
    zh = "文件 {file} 里没有可导入的行，没有改动。请核对文件内容：一行一条，标题行不算。"
    en = "The file {file} has no line to take in; nothing was changed. Look into it: one entry a line, headings aside."


class Unstorable(Problem):
    """A value does not fit its column, or holds a sign that no column keeps."""

    number = "422.184"
    zh = (
        "有一项内容太长或含有存不了的字符，数据库的原话是“{reason}”。没有改动；请改短或去掉这种字符，再运行同一条命令。"
    )
    en = (
        "A value is too long or has a sign that cannot be kept; the database's own words are “{reason}”. Nothing was "
        "changed; shorten it or leave such signs out, and run the same command again."
    )


class NoTerminal(Problem):
    """There is nobody to ask for a password."""

    number = "422.182"
    zh = "这里没有终端，问不了密码。请在终端里运行，或用 --password-file 从文件读密码。"
    en = "There is no terminal to ask for the password. Run this in one, or name a file with it in --password-file."


class KeysUnfit(Problem):
    """The backup was made under other keys than those in the data folder."""

    number = "503.27"
    zh = (
        "{folder} 的 secrets.json 不是这份备份当时的密钥，其中的证件号码和电话打不开；数据库已恢复为空。"
        "请放入与备份同时保存的 secrets.json，再恢复一次。"
    )
    en = (
        "The secrets.json in {folder} does not hold the keys of this backup: its identity numbers and telephones do "
        "not open. The database was left empty. Put the secrets.json there that was kept with the backup, and restore "
        "again."
    )
