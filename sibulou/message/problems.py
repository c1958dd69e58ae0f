"""What can go wrong on a channel, in sentences for the administrator. None repeats an address or a key."""

from __future__ import annotations

from sibulou.lib.problem import Problem


class WrongSetting(Problem):
    """A field of a channel does not fit."""

    number = "422.160"
    zh = "“{field_zh}”不符合要求：{allowed_zh}。请改正后再保存，原来的设置没有改动。"
    en = "“{field_en}” needs: {allowed_en}. Correct it and save again; what was set before is unchanged."


class HostNotListed(Problem):
    """A channel speaks to a machine that is not on the county's list."""

    number = "422.161"
    zh = "主机 {host} 不在允许名单上。请核对网址；确实要用的，先在本页“允许的主机”里加上它。"
    en = "The host {host} is not on the list. Check the address; if it is right, add it under “Hosts allowed” first."


class NotAHost(Problem):
    """The text is no name of a machine."""

    number = "422.162"
    zh = "“{given}”不是主机名。请只填主机名，例如 qyapi.weixin.qq.com，不带 https:// 和路径。"
    en = "“{given}” is no host. Enter its name alone, such as qyapi.weixin.qq.com, without https:// and path."


class HostInUse(Problem):
    """A host is taken off the list while a channel uses it."""

    number = "409.160"
    zh = "通道“{channel}”正在使用 {host}。请先停用这个通道或换掉它的设置，再移除主机。"
    en = "The channel “{channel}” uses {host}. Switch it off or set it up otherwise, then take the host off."


class NowhereToTry(Problem):
    """A test message without an address of one's own."""

    number = "409.161"
    zh = "试发要发给你本人，但你的账号没有登记{what_zh}。请先登记，再试发。"
    en = "The test goes to yourself, and your account has no {what_en}. Enter one first, then try again."


class DeliveryProblem(Problem):
    """A message did not go out; the whole channel waits before it tries again."""

    number = "503.40"
    zh = "消息没有发出。请试发一次，看原因。"
    en = "The message did not go out. Send a test message and see why."
    of_recipient = False


class NoConnection(DeliveryProblem):
    """The other side cannot be reached."""

    number = "503.41"
    zh = "连不上 {host}（{why}）。请检查主机名、端口和本机的网络出口；恢复后会自动补发。"
    en = "No connection to {host} ({why}). Check name, port and the way out; what waits is sent once it is back."


class TooSlow(DeliveryProblem):
    """The other side does not answer in time."""

    number = "503.42"
    zh = "{host} 在 {seconds} 秒内没有答复。请问对方服务是否正常；稍后会自动再试。"
    en = "{host} did not answer within {seconds} seconds. Ask whether it is well; it is tried again by itself."


class WrongAnswer(DeliveryProblem):
    """The other side answers, but not with yes."""

    number = "503.43"
    zh = "{host} 没有收下消息：{said}。请按对方的说明核对密钥、签名和设置，再试发。"
    en = "{host} did not take the message: {said}. Check key, signature and settings by its manual, then try again."


class ForbiddenAddress(DeliveryProblem):
    """A listed name leads to an address that no channel has business at."""

    number = "503.44"
    zh = "{host} 指向本机或保留地址，为安全起见不予连接。请核对主机名或内网域名解析。"
    en = "{host} leads to this machine or a reserved address and is not called. Check the name and how it is resolved."


class RecipientRefused(DeliveryProblem):
    """The other side takes messages, but not for this recipient."""

    number = "503.45"
    zh = "{host} 拒绝了这位收件人：{said}。请核对其号码或邮箱；其他人的消息照常发送。"
    en = "{host} refuses this recipient: {said}. Check the number or address; others are sent theirs as before."
    of_recipient = True
