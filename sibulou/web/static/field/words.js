// Every sentence of the app, in Chinese and English. `say("waiting", {n: 12})`; a screen adds its own block.

import { tell } from "./bus.js";

export const WORDS = {
  // the frame
  app: ["四不漏", "Sibulou"],
  main: ["主导航", "Main"],
  today: ["今天", "Today"],
  queue: ["待发送", "To send"],
  device: ["本机", "Device"],
  search: ["查找", "Search"],
  language: ["English", "中文"],
  waiting: ["{n} 条未发送", "{n} not yet sent"],
  nothing_waiting: ["都已送达", "All has arrived"],
  no_such_screen: ["没有这一页", "There is no such page"],
  back: ["返回", "Back"],
  none: ["无", "none"],
  not_yet: ["还没有", "not yet"],
  store_full: ["手机存储已满，这一条还没有保存。请不要离开本页：删去一些照片或应用后，再点一次。", "The telephone's storage is full and this was not kept. Stay on this page: remove some photos or apps, then tap again."],
  fetch_full: ["手机存储已满，新的名册没有取到；已存的记录不受影响，仍会发送。请删去一些照片或应用。", "The telephone's storage is full: the new list was not fetched. What was kept is safe and will be sent. Remove some photos or apps."],
  needs_signal: ["连不上县里的服务器。请到有信号的地方再试。", "The county's server cannot be reached. Try again where there is signal."],
  come_again: ["服务器正忙，{seconds} 秒后会再试。未发送的都在。", "The server is busy; it is tried again in {seconds} seconds. Nothing is lost."],
  sign_in_again: ["登录已到期。未发送的记录都在；请登录后继续发送。", "Your sign-in has run out. What was not sent is safe; sign in to go on sending."],
  sign_in: ["登录", "Sign in"],
  withdrawn_sending: ["本机已被收回。正在交出未发送的记录，交完后清除数据。", "This device was withdrawn. What was not sent is being handed in; then its data are wiped."],
  new_release: ["新版本已下载好。更换后要再输一次数字密码；未发送的记录不受影响。", "A new version is here. Taking it asks for the PIN once more; what was not sent stays."],
  new_release_take: ["更换", "Take it"],

  // a new device
  enrol: ["登记本机", "Enrol this device"],
  enrol_by_invitation: ["已读到邀请码。给手机起个名字，再设一个数字密码。", "The invitation was read. Give the telephone a name and set a PIN."],
  enrol_by_name: ["请扫描主管给的二维码，或用账号登录。", "Scan the QR code your supervisor shows you, or sign in with your account."],
  enrol_start: ["开始使用", "Start"],
  enrolled_already: ["本机已经登记过，不需要邀请码。要换人使用，请先在“本机”里交还。", "This device is enrolled already and needs no invitation. For another user, give it back first, under Device."],
  wiped_withdrawn: ["本机已被收回，数据已清除。要继续使用，请向主管要新的邀请码。", "This device was withdrawn and its data wiped. To go on, ask your supervisor for a new invitation."],
  wiped_given_back: ["本机已交还，数据已清除。", "This device was given back and its data wiped."],
  username: ["用户名", "User name"],
  password: ["密码", "Password"],
  code: ["验证器上的六位数字", "Six digits of the authenticator"],
  device_name: ["本机名称", "Name of this device"],
  device_usual: ["我的手机", "My phone"],

  // the PIN and the lock
  pin: ["数字密码", "PIN"],
  pin_now: ["现在的数字密码", "The PIN as it is"],
  pin_again: ["再输一次数字密码", "The PIN once more"],
  pin_why: ["数字密码 6 至 12 位，只用来打开这台手机里的数据，不会发给任何人。", "The PIN has 6 to 12 digits. It opens the data on this telephone and is sent to nobody."],
  pin_short: ["数字密码要 6 至 12 位，全是数字。请重新设置。", "The PIN needs 6 to 12 digits, and digits only. Choose another."],
  pin_simple: ["这个数字密码太容易猜到，如 123456、000000。请换一个。", "This PIN is too easy to guess, like 123456 or 000000. Choose another."],
  pin_differs: ["两次输入的数字密码不一样。请重新输入。", "The two PINs differ. Type them again."],
  pin_wrong: ["数字密码不对。请再试一次。", "That is not the PIN. Try again."],
  pin_wait: ["数字密码多次不对，请 {seconds} 秒后再试。未发送的记录都还在。", "The PIN was wrong too often. Try again in {seconds} seconds. What was not sent is still here."],
  pin_change: ["更换数字密码", "Change the PIN"],
  pin_changed: ["数字密码已更换。", "The PIN was changed."],
  pin_forgotten: ["忘记数字密码", "PIN forgotten"],
  locked: ["已锁定", "Locked"],
  locked_waiting: ["{n} 条未发送，打开后会自动发送。", "{n} not yet sent; they are sent once it is unlocked."],
  unlock: ["打开", "Unlock"],
  lock_now: ["现在锁定", "Lock now"],
  renew_why: ["登录每 30 天要确认一次。", "Sign-in is confirmed every 30 days."],
  renew_pin_why: ["有信号时，用账号登录，再设一个新的数字密码。手机里的记录都会保留。", "With signal, sign in with your account and set a new PIN. Everything on the telephone stays."],
  renew_waiting: ["{n} 条未发送，都已保存，登录后继续发送。", "{n} not yet sent: all are kept, and are sent after signing in."],

  // the queue
  send_now: ["现在发送", "Send now"],
  sending: ["正在发送……", "Sending…"],
  offline: ["现在没有信号。可以照常填报，有信号时自动发送。", "No signal now. Go on as usual; it is sent when there is signal."],
  offline_waiting: ["现在没有信号。已保存在手机里，有信号时自动发送。", "No signal now. All is kept on the telephone and sent when there is signal."],
  waiting_for_signal: ["已保存在手机里，等待发送。", "Kept on the telephone, waiting to be sent."],
  nothing_waiting_since: ["都已送达（{at}）。", "All has arrived ({at})."],
  since: ["填报于 {at}", "told at {at}"],
  came_back: ["{n} 条被退回", "{n} came back"],
  came_back_why: ["服务器已留存原件，由值班人员核实。可以改正后重报，或不再管它。", "The server has kept it for a person to settle. Tell it again, corrected, or let it rest."],
  mend: ["改正重报", "Mend and tell again"],
  give_up: ["不再管它", "Let it rest"],
  outcome_refused: ["未收", "refused"],
  outcome_conflicting: ["与已收的不一致", "conflicting"],
  outcome_unknown_subject: ["名册上没有这个对象", "not on the roster"],
  kind_record: ["记录", "Record"],
  kind_excuse: ["办不了的说明", "Cannot, because"],
  kind_family: ["新增一户", "A family"],
  kind_attachment: ["照片或录音", "A photo or voice note"],

  // this device
  device_user: ["使用人", "Carried by"],
  device_seats: ["席位", "Seats"],
  device_token: ["登录有效至", "Signed in until"],
  device_last: ["上次同步", "Last sync"],
  device_room: ["占用", "Storage used"],
  device_safe: ["存储保护", "Storage kept"],
  device_safe_yes: ["已开启：系统不会自行清理", "yes: the system will not clear it"],
  device_safe_no: ["未开启：请把本应用添加到主屏幕", "no: add this app to the home screen"],
  device_release: ["版本", "Version"],
  give_back: ["交还本机", "Give this device back"],
  give_back_why: ["清除这台手机里的全部数据，须先发完未发送的记录。", "Wipes everything on this telephone. What was not sent has to be sent first."],
  give_back_now: ["发送并清除", "Send and wipe"],
  give_back_waiting: ["还有 {n} 条没有发出，数据没有清除。请到有信号的地方再试。", "{n} could not be sent, and nothing was wiped. Try again where there is signal."],
};

const KEY = "language";
let language = "zh";

export const english = () => language === "en";

/** The sentence of a key in the reader's language, its `{facts}` filled in. */
export function say(key, facts = {}) {
  const pair = WORDS[key];
  if (!pair) throw new Error(`no words for ${key}`);
  return pair[english() ? 1 : 0].replace(/\{(\w+)\}/g, (whole, name) => String(facts[name] ?? whole));
}

/** The reader's half of something that comes in both languages: `{zh, en}` or `{…_zh, …_en}` under `name`. */
export function pick(thing, name = "") {
  const [zh, en] = name ? [thing[`${name}_zh`], thing[`${name}_en`]] : [thing.zh, thing.en];
  return (english() ? en : zh) || zh || en || "";
}

export function speak(wanted) {
  language = wanted === "en" ? "en" : "zh";
  localStorage.setItem(KEY, language);
  document.documentElement.lang = english() ? "en" : "zh-Hans";
  tell("language", language);
}

/** The language chosen on this device, else the browser's; Chinese when in doubt. */
export const chosen = () => localStorage.getItem(KEY) ?? (navigator.language.toLowerCase().startsWith("en") ? "en" : "zh");
