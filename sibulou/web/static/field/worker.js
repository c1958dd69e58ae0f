// The service worker: holds exactly the files of one release, so that the app opens without signal. It never touches
// what was told: that lies in IndexedDB, which no release removes. The page puts `RELEASE` above these lines.

/* global RELEASE */
const PAGE = "/m/";
const ALL = new Set([...RELEASE.files, ...RELEASE.later]);
const HASHED = /\.[0-9a-f]{12}\.\w+$/; // such a file never changes under its name
const CACHE = `field ${RELEASE.version}`;

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("message", (event) => event.data === "take over" && self.skipWaiting());
self.addEventListener("message", (event) => event.data === "later" && event.waitUntil(later()));
self.addEventListener("sync", (event) => event.tag === "send" && event.waitUntil(wake()));
self.addEventListener("fetch", (event) => {
  const { method, url, mode } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== location.origin) return;
  if (mode === "navigate" && pathname === PAGE) event.respondWith(held(PAGE, event.request));
  else if (ALL.has(pathname)) event.respondWith(held(pathname, event.request));
});

/** All files of the release or none: a page of another release is not mixed with these. */
async function install() {
  const cache = await caches.open(CACHE);
  await cache.addAll(RELEASE.files.map(asked));
  const page = await (await cache.match(PAGE)).text();
  if (!page.includes(RELEASE.version)) {
    await caches.delete(CACHE);
    throw new Error("the page is of another release");
  }
  if (self.registration.active) await later(); // whoever had everything does not go back to less
}

const asked = (file) => new Request(file, { cache: HASHED.test(file) ? "default" : "reload" });

/** What the app can do without for a while: fetched when there is signal, and kept. */
async function later() {
  const cache = await caches.open(CACHE);
  for (const file of RELEASE.later) if (!(await cache.match(file))) await cache.add(asked(file)).catch(() => {});
}

async function activate() {
  const old = (await caches.keys()).filter((name) => name.startsWith("field ") && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
  later();
}

/** Signal is back: the open app sends. The worker cannot, for the key of the store is in no memory but the app's. */
async function wake() {
  for (const client of await self.clients.matchAll({ type: "window" })) client.postMessage("send");
}

async function held(path, request) {
  const found = await caches.match(path, { cacheName: CACHE });
  return found ?? fetch(request);
}
