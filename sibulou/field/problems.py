"""The field's problems: each says what is wrong and what to do next."""

from __future__ import annotations

from sibulou.lib.problem import Problem


class NoSuchToken(Problem):
    """A token that no device has: mistyped, cut short, or replaced by a newer one."""

    number = "401.5"
    zh = "设备令牌无效。手机里没有发出的记录都还在，请输入用户名和密码重新登录。"
    en = "The device's token is not valid. What was not sent is still on the phone; sign in with name and password."


class TokenOver(Problem):
    """A token that has run out. The fact is `since`."""

    number = "401.6"
    zh = "这台设备的登录已于 {since} 到期。手机里没有发出的记录都还在，请输入用户名和密码继续。"
    en = (
        "This device's sign-in ran out at {since}. What has not been sent is still on the phone; go on with name and "
        "password."
    )


class CodeWanted(Problem):
    """A password alone where the account asks for a code as well."""

    number = "401.7"
    zh = "这个账号登录还要填手机验证码。请打开验证器，填上 6 位数字再试。"
    en = "This account also asks for a code. Open the authenticator, type its six digits and try again."


class CarrierClosed(Problem):
    """A device whose user's account was closed. The fact is `user`."""

    number = "401.8"
    zh = "{user} 的账号已停用。手机里没有发出的记录请先留着，并联系管理员。"
    en = "{user}'s account is closed. Keep what has not been sent on the phone, and ask the administrator."


class OtherCarrier(Problem):
    """A device renewed by somebody else. The fact is `user`."""

    number = "403.6"
    zh = "这台设备登记在 {user} 名下，只能由本人续期。换人使用，请先发出未发记录，再扫新的邀请码。"
    en = (
        "This device belongs to {user}, who alone can renew it. To hand it on, send what waits first, then scan a new "
        "invitation."
    )


class NotOnRoster(Problem):
    """A family handed in by somebody who may not change the roster there. The fact is `place`."""

    number = "403.7"
    zh = "你的岗位不能登记{place}的名册。这一户已留存，列在“待核记录”里，请有权限的人核对后登记。"
    en = (
        "Your seat may not change the roster of {place}. The family is kept and waits under “records to settle” until "
        "somebody who may has checked it."
    )


class NotYourPeople(Problem):
    """An invitation for, or a withdrawal of the device of, somebody who sits elsewhere. The fact is `user`."""

    number = "403.8"
    zh = "{user} 不在你管的岗位上，不能为其邀请或收回设备。请由他的上级或管理员办理。"
    en = "{user} holds no seat that you appoint to, so you cannot add or withdraw his device. Ask his superior to."


class InvitationUsed(Problem):
    """An invitation used before. The fact is `at`."""

    number = "409.50"
    zh = "这个邀请码已于 {at} 用过，一个码只能登记一台设备。请上级再发一个。"
    en = "This invitation was used at {at}; each lets in one device. Ask for another."


class WithdrawnBefore(Problem):
    """A device withdrawn twice. The facts are `by` and `at`."""

    number = "409.51"
    zh = "这台设备已由 {by} 于 {at} 收回，无需再办。"
    en = "{by} withdrew this device at {at}. Leave it at that."


class Withdrawn(Problem):
    """A device that was withdrawn. The facts are `by` and `at`."""

    number = "410.1"
    zh = "这台设备已由 {by} 于 {at} 收回，未发出的记录交完后会清空。如有疑问，请联系上级。"
    en = (
        "This device was withdrawn by {by} at {at} and will be emptied once what waits is handed in. If that is wrong, "
        "ask your superior."
    )


class AfterWithdrawal(Problem):
    """A record that happened after its device was withdrawn. The fact is `at`."""

    number = "410.2"
    zh = "这条记录发生在设备收回（{at}）之后，没有计入。原件已留存，请上级核对。"
    en = "This happened after the device was withdrawn ({at}) and does not count. It is kept for a superior to look at."


class UnknownInvitation(Problem):
    """A code that nobody gave out."""

    number = "422.110"
    zh = "没有这个邀请码。请逐位核对（不分大小写，横线可不填），或请上级再发一个。"
    en = "There is no such invitation. Check it sign by sign (capitals and dashes do not matter), or ask for another."


class InvitationOver(Problem):
    """An invitation that has run out. The fact is `until`."""

    number = "422.111"
    zh = "这个邀请码已于 {until} 过期（有效 15 分钟）。请上级再发一个。"
    en = "This invitation ran out at {until} (it lasts fifteen minutes). Ask for another."


class OtherCounty(Problem):
    """The invitation of another county. The facts are `theirs_zh` and `theirs_en`."""

    number = "422.112"
    zh = "这是{theirs_zh}的邀请码，不是本县的。请打开{theirs_zh}的网址再扫，或请本县的上级发一个。"
    en = "This invitation belongs to {theirs_en}, not to this county. Open that county's address, or ask here for one."


class NeitherPictureNorSound(Problem):
    """Bytes that are neither a photo nor a voice note, whatever they are called."""

    number = "422.113"
    zh = "收到的不是照片也不是录音：照片须为 JPEG、PNG 或 WebP，录音须为 WebM、Ogg 或 MP4。请重拍或重录。"
    en = (
        "This is neither a photo nor a recording: photos are JPEG, PNG or WebP, recordings WebM, Ogg or MP4. Take it "
        "again."
    )


class OtherDigest(Problem):
    """Bytes that arrived changed: their digest is not the one they were named by."""

    number = "422.114"
    zh = "收到的内容与它的指纹不符，可能在路上损坏了。手机会重新发送；一直不成，请重拍或重录。"
    en = "What arrived does not have the digest it is named by; it was damaged on the way. Send it again."


class AttachmentTooLarge(Problem):
    """A photo or a voice note above its size. The fact is `megabytes`."""

    number = "413.2"
    zh = "照片最大 3 MB，录音最大 1 MB；这一份超过了 {megabytes} MB。请压缩后再发，或录短一些。"
    en = "Photos have at most 3 MB, recordings 1 MB; this one is over {megabytes} MB. Make it smaller, send it again."


class WrongItem(Problem):
    """An excuse or a family whose outer fields cannot be read. The facts are `field`, `allowed_zh`, `allowed_en`."""

    number = "422.115"
    zh = "“{field}”不对，应为：{allowed_zh}。请改正后重新提交；原件已留存。"
    en = "“{field}” should be {allowed_en}. Correct it and hand it in again; what you sent is kept."


class NotYetCome(Problem):
    """A photo or a recording that a record names and that has not arrived."""

    number = "404.10"
    zh = "这份照片或录音还没有传到，可能还在填报人的手机里。请等手机有信号后再看。"
    en = "This photo or recording has not arrived; it may still be on the phone. Look again once the phone had signal."


class NoSuchLink(Problem):
    """A link that nobody handed over, or that was copied incompletely."""

    number = "404.190"
    zh = "这个链接打不开。请重新扫码，或向给你链接的人再要一个。"
    en = "This link does not open. Scan the code again, or ask whoever gave it to you for another."


class LinkOver(Problem):
    """A link whose time is over, that was ended, or whose person has left the roster."""

    number = "410.190"
    zh = "这个链接已经失效。还需要用的话，请向给你链接的人再要一个。"
    en = "This link no longer holds. If you still need it, ask whoever gave it to you for another."


class ToldTooOften(Problem):
    """More told through one link in a day than one person has to tell. The fact is `most`."""

    number = "429.190"
    zh = "今天通过这个链接已经填了 {most} 次，先停一停，填的内容还在。有急事请直接打电话给你的包保责任人或村医。"
    en = (
        "This link was used {most} times today. Wait until tomorrow; what you typed is still here. If it is urgent, "
        "ask your guard or the village doctor by telephone."
    )


class WrongLinkEnd(Problem):
    """A link that would end in the past or last too long. The facts are `earliest` and `latest`."""

    number = "422.190"
    zh = "链接的有效期要在 {earliest} 到 {latest} 之间，请改选日期。"
    en = "A link ends between {earliest} and {latest}. Choose another day."


class NobodyConcerned(Problem):
    """A link for something that is neither a person nor a household, or has left the roster."""

    number = "422.191"
    zh = "链接只能给在册的人或户。请打开他本人或他家的页面再给。"
    en = "A link is for a person or a household on the roster. Open the page of one, and hand it over there."


class LinkEndedBefore(Problem):
    """A link that was ended already. The facts are `by` and `at`."""

    number = "409.190"
    zh = "这个链接已由{by}于 {at} 停用，不用再停。"
    en = "{by} ended this link at {at}; there is nothing more to do."
