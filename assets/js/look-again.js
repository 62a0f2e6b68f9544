// Fetches the page again and morphs its live parts: once for many events, and not while nobody looks.
import { read, take } from "./parts.js";
import { isBusy, offer } from "./newcomers.js";

const GATHER = 120;
let wanted = new Set();
let isEverything = false;
let timer = null;

const address = (part) => part.dataset.liveUrl ?? location.href;
const topics = (part) => part.dataset.live.split(" ");
const isTouched = (topic) => topic === "list" || wanted.has(topic.replace("ticket:", ""));
const touched = () =>
  [...document.querySelectorAll("[data-live][id]")].filter((part) => isEverything || topics(part).some(isTouched));

/** Marks tickets (numbers as text; null: everything) as changed and refreshes what shows them. */
export function look(tickets) {
  if (tickets) tickets.forEach((ticket) => wanted.add(ticket));
  else isEverything = true;
  plan();
}

function plan() {
  if (document.hidden) return;
  clearTimeout(timer);
  timer = setTimeout(refresh, GATHER);
}

async function refresh() {
  const parts = touched();
  wanted = new Set();
  isEverything = false;
  const urls = new Set(parts.map(address));
  for (const url of urls) await fetchParts(url, parts.filter((part) => address(part) === url)).catch(() => {});
}

async function fetchParts(url, parts) {
  const answer = await fetch(url, { headers: { "X-Live": "1" } });
  if (!answer.ok || answer.redirected) return;
  const page = read(await answer.text());
  for (const part of parts.filter((one) => one.isConnected && address(one) === url)) {
    if (part.matches("[data-list]") && isBusy(part)) offer(part, page);
    else await take(page, [`#${part.id}`]);
  }
}

// A part that the page left out, because it costs more than the rest, is fetched when the page stands.
const LATER = 200; // a page that is exchanged brings its navigation a moment later
const complete = () => document.querySelectorAll("[data-live-now][id]").forEach((part) => fetchParts(address(part), [part]).catch(() => {}));
complete();
document.addEventListener("page:shown", () => setTimeout(complete, LATER));

document.addEventListener("visibilitychange", () => (wanted.size || isEverything) && plan());
