"""What the operating system refuses, in both languages: its own words are English or those of its locale."""

from __future__ import annotations

import errno

WORDS: dict[int, tuple[str, str]] = {
    errno.ENOENT: ("没有这个文件或目录", "there is no such file or folder"),
    errno.EACCES: ("没有权限", "it may not be accessed"),
    errno.EPERM: ("没有权限", "it may not be accessed"),
    errno.EISDIR: ("它是目录，不是文件", "it is a folder, not a file"),
    errno.ENOTDIR: ("路径中间的一段不是目录", "a part of its path is not a folder"),
    errno.EEXIST: ("已有同名文件", "a file of this name is there already"),
    errno.EROFS: ("磁盘是只读的", "the disk is read-only"),
    errno.ENOSPC: ("磁盘已满", "the disk is full"),
    errno.EDQUOT: ("磁盘配额已用完", "the disk quota is used up"),
    errno.ENAMETOOLONG: ("名称太长", "its name is too long"),
    errno.ELOOP: ("符号链接绕成了圈", "its symbolic links lead in a circle"),
    errno.EIO: ("磁盘读写出错", "the disk cannot be read or written"),
}


def reason(error: OSError) -> dict[str, str]:
    """The facts `reason_zh` and `reason` of a sentence; an error that is not listed is told by its number."""
    zh, en = WORDS.get(error.errno or 0, (f"系统错误 {error.errno}", f"system error {error.errno}"))
    return {"reason_zh": zh, "reason": en}
