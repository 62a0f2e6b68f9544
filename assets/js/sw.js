// The service worker. It keeps the shell (styles, scripts, drawings: files whose names are digests of their content) and one page
// that says there is no connection. It never keeps a page of anybody's, and hands everything else to the network.
// The server puts `const SHELL = [...]` in front of it and `const ICON` (olmo/kernel/app.py).
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

// A notice (olmo/notifications/pushing.py): shown, and a press opens its page, in a window of Olmo that is open already if there is one.
function notice(event) {
  const { title, body, tag, url, stays } = event.data.json();
  const look = { icon: ICON, badge: ICON, body, tag, renotify: true, requireInteraction: stays, data: { url } };
  return self.registration.showNotification(title, look);
}

async function pressed(notification) {
  const url = new URL(notification.data.url, self.location.origin);
  if (url.origin !== self.location.origin) return;
  notification.close();
  const open = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = open.find((client) => client.url === url.href);
  if (there) await there.focus();
  else await self.clients.openWindow(url.href);
}

self.addEventListener("push", (event) => event.waitUntil(notice(event)));
self.addEventListener("notificationclick", (event) => event.waitUntil(pressed(event.notification)));
