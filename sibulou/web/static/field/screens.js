// Every screen by its name. A screen exports `show(place, parts)`, which fills `place` and may give a function to call
// when one leaves. It is loaded when it is first shown; the service worker holds them all.

export const SCREENS = {
  enrol: () => import("./screens/enrol.js"),
  lock: () => import("./screens/lock.js"),
  renew: () => import("./screens/renew.js"),
  today: () => import("./screens/today.js"),
  record: () => import("./screens/record.js"),
  mend: () => import("./screens/mend.js"),
  excuse: () => import("./screens/excuse.js"),
  subject: () => import("./screens/subject.js"),
  search: () => import("./screens/search.js"),
  family: () => import("./screens/family.js"),
  scan: () => import("./screens/scan.js"),
  card: () => import("./screens/card.js"),
  queue: () => import("./screens/queue.js"),
  device: () => import("./screens/device.js"),
};

/** The tabs at the foot of the screen, by their names; the first that exists is where one begins. */
export const TABS = ["today", "search", "queue", "device"].filter((name) => name in SCREENS);
