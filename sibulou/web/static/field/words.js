// Every sentence of the app, in Chinese and English. `say("waiting", {n: 12})`; a screen adds its own block.

import { tell } from "./bus.js";

const WORDS = {
  // the frame
  app: ["四不漏", "Sibulou"],
  today: ["今天", "Today"],
  queue: ["待发送", "To send"],
  device: ["本机", "This device"],
  search: ["查找", "Search"],
  language: ["English", "中文"],
  waiting: ["{n} 条未发送", "{n} not yet sent"],
  nothing_waiting: ["都已送达", "All has arrived"],
  loading: ["正在打开……", "Opening…"],
  no_such_screen: ["没有这一页。", "There is no such page."],
  back: ["返回", "Back"],
  store_full: ["手机存储已满，这一条还没有保存。请不要离开本页：删去一些照片或应用后，再点一次。", "The telephone's storage is full and this was not kept. Stay on this page: remove some photos or apps, then tap again."],
  needs_signal: ["连不上县里的服务器。请到有信号的地方再试。", "The county's server cannot be reached. Try again where there is signal."],
  come_again: ["服务器正忙，请 {seconds} 秒后再试。", "The server is busy. Try again in {seconds} seconds."],

  // a new device, the lock
  enrol: ["登记本机", "Enrol this device"],
  enrol_by_invitation: ["已读到邀请码。给手机起个名字，再设一个开锁的数字密码。", "The invitation was read. Give the telephone a name and set a PIN to unlock it."],
  enrol_by_name: ["请扫描主管给的二维码，或用账号登录。", "Scan the QR code your supervisor shows you, or sign in with your account."],
  enrol_start: ["开始使用", "Start"],
  username: ["用户名", "User name"],
  password: ["密码", "Password"],
  device_name: ["本机名称", "Name of this device"],
  device_user: ["使用人", "Carried by"],
  pin: ["数字密码", "PIN"],
  pin_again: ["再输一次数字密码", "The PIN once more"],
  pin_why: ["数字密码 6 至 12 位，只用来打开这台手机里的数据，不会发给任何人。", "The PIN has 6 to 12 digits. It opens the data on this telephone and is sent to nobody."],
  pin_short: ["数字密码要 6 至 12 位，全是数字。请重新设置。", "The PIN needs 6 to 12 digits, and digits only. Choose another."],
  pin_simple: ["这个数字密码太容易猜到，如 123456、000000。请换一个。", "This PIN is too easy to guess, like 123456 or 000000. Choose another."],
  pin_differs: ["两次输入的数字密码不一样。请重新输入。", "The two PINs differ. Type them again."],
  pin_wrong: ["数字密码不对。请再试一次。", "That is not the PIN. Try again."],
  pin_wait: ["数字密码多次不对，请 {seconds} 秒后再试。未发送的记录都还在。", "The PIN was wrong too often. Try again in {seconds} seconds. What was not sent is still here."],
  locked: ["已锁定", "Locked"],
  unlock: ["打开", "Unlock"],
  lock_now: ["现在锁定", "Lock now"],

  // the queue
  send_now: ["现在发送", "Send now"],
  kind_record: ["记录", "Record"],
  kind_excuse: ["办不了的说明", "Cannot, because"],
  kind_family: ["新增一户", "A family"],
  kind_attachment: ["照片或录音", "A photo or voice note"],
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
