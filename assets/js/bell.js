// The bell: the tab with the stream hears it and tells the others; each fetches how many notices are not read.
import { say, words } from "./page.js";
import { read, take } from "./parts.js";

const channel = new BroadcastChannel(`olmo-bell-${document.body.dataset.liveKey}`);
const GATHER = 150;
let timer = null;

const count = () => parseInt(document.querySelector("#bell .count")?.textContent.replace(/\D/g, "") || "0", 10);

async function fetchPart(url, parts) {
  const answer = await fetch(url, { headers: { "X-Live": "1" } }).catch(() => null);
  if (answer?.ok && !answer.redirected) await take(read(await answer.text()), parts);
}

async function look() {
  const bell = document.querySelector("[data-bell]");
  if (!bell || document.hidden) return;
  const before = count();
  await fetchPart(bell.dataset.bell, ["#bell", "#bell-tab"]);
  if (count() > before) say(words("newNotice"));
  if (document.querySelector("[data-bell-list]") && !location.search) await fetchPart(location.href, ["#notices"]);
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(look, GATHER);
}

/** The reader was told something, here or in another tab. */
export function ring() {
  channel.postMessage(null);
  soon();
}

channel.onmessage = soon;
document.addEventListener("visibilitychange", () => document.hidden || soon());
