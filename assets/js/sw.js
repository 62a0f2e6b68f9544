// The service worker. It keeps the shell (styles, scripts, drawings: files whose names are digests of their content) and one page
// that says there is no connection. It never keeps a page of anybody's, and hands everything else to the network.
// The server puts `const SHELL = [...]` in front of it (olmo/kernel/app.py).
const OFFLINE = "/offline";
const NAME = `olmo-shell-${SHELL.join().split("").reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7)}`;

async function install() {
  const cache = await caches.open(NAME);
  await cache.addAll([OFFLINE, ...SHELL]);
  await self.skipWaiting();
}

async function activate() {
  const old = (await caches.keys()).filter((name) => name.startsWith("olmo-shell-") && name !== NAME);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.registration.navigationPreload?.enable();
  await self.clients.claim();
}

async function page(event) {
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch {
    return (await caches.match(OFFLINE)) ?? Response.error();
  }
}

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.mode === "navigate" && request.method === "GET") event.respondWith(page(event));
  else if (SHELL.includes(new URL(request.url).pathname)) event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
});
