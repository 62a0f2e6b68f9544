// Pages asked for before they are wanted: of the link that somebody points at or reaches by keys, and of the next row.
// The server is told (X-Ahead), so that nothing counts as read. What was fetched is used once, and only for a short while.
const INTENT = 65; // ms of pointing
const FRESH = 15000;
const MOST = 12;
const kept = new Map();
let timer = null;

const isThrifty = () => navigator.connection?.saveData === true;

/** A link within the desk that changes nothing but the page. */
export const isInside = (link) => Boolean(link?.href && !link.target && !link.hasAttribute("download") && !link.closest("[data-whole]") && isOurs(link.href));

/** An address of the desk, other than a place on the page that is shown. */
export function isOurs(address) {
  const url = new URL(address, location.href);
  if (url.origin !== location.origin || !url.pathname.startsWith("/desk/")) return false;
  return !(url.hash && url.pathname + url.search === location.pathname + location.search);
}

/** Fetches a page: {url, text}; null when it is none of the desk's. */
export async function get(url, headers = {}) {
  const answer = await fetch(url, { headers: { Accept: "text/html", ...headers } });
  if (!answer.ok || !answer.headers.get("Content-Type")?.startsWith("text/html")) return null;
  const text = await answer.text();
  return text.includes('id="desk-main"') ? { url: answer.url, text } : null;
}

function fetchAhead(url) {
  const old = kept.get(url);
  if (isThrifty() || (old && performance.now() - old.at < FRESH)) return;
  kept.delete(url);
  kept.set(url, { at: performance.now(), page: get(url, { "X-Ahead": "1" }).catch(() => null) });
  if (kept.size > MOST) kept.delete(kept.keys().next().value);
}

/** What was fetched ahead for an address, or null. */
export function taken(url) {
  const one = kept.get(url);
  kept.delete(url);
  return one && performance.now() - one.at < FRESH ? one.page : null;
}

/** What was fetched may be out of date. */
export const forget = () => kept.clear();

function soon(link, pause) {
  clearTimeout(timer);
  if (isInside(link)) timer = setTimeout(() => link.isConnected && fetchAhead(link.href), pause);
}

document.addEventListener("pointerover", ({ target }) => soon(target.closest?.("a[href]"), INTENT));
document.addEventListener("pointerdown", ({ target }) => soon(target.closest?.("a[href]"), 0), { passive: true });
document.addEventListener("focusin", ({ target }) => {
  if (!target.matches("a[href]:focus-visible")) return;
  soon(target, INTENT);
  const next = target.closest(".row")?.nextElementSibling?.querySelector("a.row__subject");
  if (next) requestIdleCallback?.(() => isInside(next) && target === document.activeElement && fetchAhead(next.href), { timeout: 500 });
});
document.addEventListener("page:shown", () => {
  const next = document.querySelector("#desk-main a[rel~=next]");
  if (isInside(next)) setTimeout(() => next.isConnected && fetchAhead(next.href), 300);
});
document.addEventListener("part:done", forget);
