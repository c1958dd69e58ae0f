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


class ExtensionMissing(Problem):
    """The server of DATABASE_URL does not bring an extension that the schema needs."""

    number = "503.19"
    zh = (
        "DATABASE_URL 指向的 PostgreSQL 服务器没有扩展 {extension}。请让管理员装上 PostgreSQL 自带的 contrib 模块"
        "（Debian、Ubuntu 已随 postgresql 安装；其他发行版通常叫 postgresql-contrib），然后重新运行。"
    )
    en = (
        "The PostgreSQL server of DATABASE_URL lacks the extension {extension}. Ask its administrator to install "
        "PostgreSQL's own contrib modules (Debian and Ubuntu bring them with postgresql; elsewhere the package is "
        "usually called postgresql-contrib), then try again."
    )


class NothingHere(Problem):
    """There is no county to back up."""

    number = "404.180"
    zh = (
        "数据库 {database}（数据目录 {folder}）里还没有数据，没有可备份的。"
        "请用 SIBULOU_DATA 或 DATABASE_URL 指定有数据的那个。"
    )
    en = (
        "The database {database} (data folder {folder}) holds nothing to back up. "
        "Name the one that does in SIBULOU_DATA or DATABASE_URL."
    )


class FileThere(Problem):
    """The backup would overwrite a file."""

    number = "409.180"
    zh = "文件 {file} 已经存在，备份不覆盖旧文件。请换一个文件名，例如带上日期。"
    en = "The file {file} is there already, and a backup overwrites nothing. Give another name, say with the date."


class NotEmpty(Problem):
    """The backup would be mixed with what is there."""

    number = "409.181"
    zh = (
        "数据库 {database}（数据目录 {folder}）里已有数据，恢复只写入空的数据库。"
        "请用 SIBULOU_DATA 指定一个新目录（或用 DATABASE_URL 指定一个空数据库），放入 secrets.json 后再恢复。"
    )
    en = (
        "The database {database} (data folder {folder}) holds data, and a backup is restored into an empty one only. "
        "Name a new folder in SIBULOU_DATA (or an empty database in DATABASE_URL), put secrets.json into the folder "
        "and restore again."
    )


class KeysFirst(Problem):
    """A backup holds no keys; without those of its time it would be unreadable."""

    number = "503.25"
    zh = (
        "{folder} 中没有 secrets.json。备份文件里没有密钥：请先把与这份备份同时保存的 secrets.json 放进该目录"
        "（或设置 SIBULOU_SECRET_KEY、SIBULOU_CIPHER_KEY、SIBULOU_BLIND_KEY、SIBULOU_APP_PASSWORD），再恢复。"
    )
    en = (
        "There is no secrets.json in {folder}. A backup holds no keys: put the secrets.json that was kept with this "
        "backup into that folder first (or set SIBULOU_SECRET_KEY, SIBULOU_CIPHER_KEY, SIBULOU_BLIND_KEY and "
        "SIBULOU_APP_PASSWORD), then restore."
    )


class FileUnwritable(Problem):
    """The backup cannot be written where it should lie."""

    number = "422.180"
    zh = "写不了文件 {file}：{reason_zh}。请核对路径、权限和磁盘空间，或换一个位置。"
    en = "The file {file} cannot be written: {reason}. Check path, permissions and free space, or name another place."


class CopyUnreadable(Problem):
    """The file to restore is missing, closed to us or no backup."""

    number = "422.181"
    zh = "{file} 不是可读的备份文件。请给出 sibulou backup（或 pg_dump --format=custom）写成的文件；加密过的要先解密。"
    en = (
        "{file} is not a backup that can be read. Give a file that sibulou backup (or pg_dump --format=custom) wrote; "
        "decrypt it first if it was encrypted."
    )


class CopyFailed(Problem):
    """pg_dump or pg_restore ended with an error; it is told in its own words."""

    number = "503.26"
    zh = (
        "{program} 没有完成（文件 {file}），它的原话是“{reason}”。没有留下半份备份，也没有改动数据库。"
        "请按原话处理后重新运行同一条命令。"
    )
    en = (
        "{program} did not finish (file {file}); its own words are “{reason}”. No half backup was left and no database "
        "was changed. Put that right and run the same command again."
    )
