"""What keeps the county's database from being used, a sentence each."""

from __future__ import annotations

from sibulou.lib.problem import Problem


class ServerTooOld(Problem):
    """The server of DATABASE_URL lacks what the schema needs."""

    number = "503.5"
    zh = (
        "DATABASE_URL 指向的 PostgreSQL 是 {found} 版，至少需要 {least} 版。"
        "请升级该服务器，或去掉 DATABASE_URL 使用内置数据库。"
    )
    en = (
        "DATABASE_URL leads to PostgreSQL {found}; version {least} or later is needed. "
        "Upgrade that server, or unset DATABASE_URL to use the embedded one."
    )


class ServerUnreachable(Problem):
    """Nothing answers where DATABASE_URL points."""

    number = "503.6"
    zh = "连不上数据库 {server}：{reason}。请确认该服务器已启动、地址和端口正确、网络可通，然后重新运行。"
    en = (
        "The database at {server} cannot be reached: {reason}. "
        "See that the server runs, that host and port are right and the network lets you through, "
        "then try again."
    )


class LoginRefused(Problem):
    """The server answers, but does not let this user in."""

    number = "503.7"
    zh = (
        "数据库 {server} 拒绝用户 {user} 登录：{reason}。"
        "请核对 DATABASE_URL 中的用户名、密码和数据库名，以及服务器的 pg_hba.conf。"
    )
    en = (
        "The database at {server} refuses the user {user}: {reason}. "
        "Check user, password and database in DATABASE_URL, and pg_hba.conf on the server."
    )


class UrlMalformed(Problem):
    """DATABASE_URL cannot be read. Its text is not repeated: it may hold a password."""

    number = "503.8"
    zh = (
        "DATABASE_URL 写法不对，问题在“{part}”处。应为 postgresql://用户:密码@主机:5432/数据库名，"
        "密码中的特殊字符用百分号编码（如 @ 写成 %40）；不需要外部数据库时请去掉它。"
    )
    en = (
        "DATABASE_URL cannot be read, look at its “{part}”. "
        "It should look like postgresql://user:password@host:5432/database, "
        "with special characters in the password percent-encoded (@ as %40); "
        "unset it to use the embedded database."
    )


class RoleTooWeak(Problem):
    """The user of DATABASE_URL may not make the database or the app's role."""

    number = "503.9"
    zh = "数据库用户 {user} 无权{deed_zh}。请让数据库管理员执行：{remedy} 然后重新运行。"
    en = "The database user {user} may not {deed}. Ask the database's administrator to run: {remedy} Then try again."


class SecretsDamaged(Problem):
    """secrets.json or an override of it cannot be used."""

    number = "503.11"
    zh = (
        "密钥 {name} 不可用（{place}）。它应是 base64 编码的 32 字节；"
        "请从备份恢复 secrets.json，或改正同名环境变量。切勿新造，否则已加密的数据读不出来。"
    )
    en = (
        "The key {name} cannot be used ({place}). It should be 32 bytes in base64; "
        "restore secrets.json from the backup or correct the environment variable. "
        "Do not make a new one: what is encrypted could never be read again."
    )


class SecretsMissing(Problem):
    """The database is filled, but its keys are not in the data folder."""

    number = "503.12"
    zh = (
        "数据库 {database} 已有数据，但 {folder} 中没有 secrets.json。"
        "请从备份恢复该文件，或设置 SIBULOU_DATA 指向原来的数据目录。"
    )
    en = (
        "The database {database} holds data, but there is no secrets.json in {folder}. "
        "Restore that file from the backup, or let SIBULOU_DATA name the folder that has it."
    )


class FolderKept(Problem):
    """Another Sibulou serves the data folder, or is at work on the whole of it."""

    number = "503.17"
    zh = (
        "数据目录 {folder} 正由 {host} 上的进程 {pid} 使用：sibulou {command}，自 {since} 起{at_zh}。"
        "一个目录同时只供一个服务使用。请直接用它，或先停止它（在那台机器上执行 kill {pid}），"
        "或用 SIBULOU_DATA 指定另一个目录。"
    )
    en = (
        "The data folder {folder} is in use by process {pid} on {host}: sibulou {command}, since {since}{at}. "
        "A folder serves one at a time. Use that one, or stop it first (kill {pid} on that machine), "
        "or name another folder in SIBULOU_DATA."
    )
