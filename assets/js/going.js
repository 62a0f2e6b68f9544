// Going from page to page of the desk without a reload: what is in #desk-main is exchanged; history, scrolling, focus and title
// behave as if the page had been loaded. Links to elsewhere, and answers that are no page of the desk, are loaded as ever.
import { forget, get, isInside, isOurs, taken } from "./ahead.js";
import { look } from "./look-again.js";
import { leave, restore, show } from "./pages.js";
import { words } from "./page.js";
import { read } from "./parts.js";
import { toast } from "./toast.js";

const LOST = Symbol("no connection");
const SLOW = 300; // ms until bones are shown
const isHere = () => document.getElementById("desk-main") !== null;
let newest = 0;

/** Shows the page of an address; `found` is its text when it is there already. how: "push", "replace" or "back". */
async function go(url, how = "push", found = null) {
  const turn = ++newest;
  const slow = setTimeout(() => (document.getElementById("desk-main").ariaBusy = "true"), SLOW);
  const ahead = found ? null : taken(url);
  const page = found ?? (await ahead) ?? (await get(url).catch(() => LOST));
  clearTimeout(slow);
  document.getElementById("desk-main").ariaBusy = null;
  if (turn !== newest) return; // somebody went on meanwhile
  if (page === LOST) return toast(words("offline"), { isBad: true }); // the page that is there stays
  if (!page) return location.assign(url);
  const to = new URL(page.url);
  to.hash = new URL(url, location.href).hash;
  if (how !== "back") leave(how === "push" && to.href !== location.href ? "pushState" : "replaceState", to.href);
  show(read(page.text), how);
  if (ahead) look(null); // what came ahead may be old by now, and nobody has read it yet
}

document.addEventListener("go", ({ detail: { url } }) => {
  isHere() && isOurs(url) ? go(new URL(url, location.href).href) : location.assign(url);
});

// A form led to another page: its answer is that page.
document.addEventListener("went", (event) => {
  const { url, text } = event.detail;
  if (!isHere() || !text.includes('id="desk-main"')) return;
  event.preventDefault();
  forget();
  go(url, "push", { url, text });
});

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const link = event.target.closest("a[href]");
  if (!isHere() || !isInside(link)) return;
  event.preventDefault();
  go(link.href);
});

document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (event.defaultPrevented || form.method !== "get" || form.target || !isHere() || form.closest("[data-whole]")) return;
  const url = new URL(form.action);
  if (!isOurs(url)) return;
  event.preventDefault();
  url.search = new URLSearchParams(new FormData(form, submitter));
  go(url.href);
});

addEventListener("popstate", ({ state }) => {
  if (!isHere() || !state?.page) return;
  newest += 1;
  if (restore(state.page)) look(null);
  else go(location.href, "back");
});
