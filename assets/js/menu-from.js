// <details data-menu data-from="/desk/choices/team">: what is in the menu is fetched when somebody points at it, and shown
// when it opens. Until then, and without scripts, it holds a link to the same as a page. data-loaded: it is there already.
import htmx from "htmx.org";
import { place } from "./menus.js";

const INTENT = 80;
let asked = new WeakMap();

async function get(url) {
  const answer = await fetch(url, { headers: { "X-Live": "1" } }).catch(() => null);
  return answer?.ok && !answer.redirected ? answer.text() : null;
}

function ask(of) {
  if (!asked.has(of)) asked.set(of, get(of.dataset.from));
  return asked.get(of);
}

async function fill(of) {
  const text = await ask(of);
  const target = of.querySelector(":scope > .menu");
  if (text === null || "loaded" in of.dataset) return asked.delete(of);
  of.dataset.loaded = "";
  await htmx.swap({ text, target, swap: "innerHTML ignoreTitle:true" });
  if (!of.open) return;
  place(of);
  const first = target.querySelector("input:not([type=hidden]), select, textarea, .menu__item");
  (first?.type === "radio" && target.querySelector(`[name="${first.name}"]:checked`) || first)?.focus();
}

const waiting = (target) => target.closest?.("summary")?.closest("[data-from]:not([data-loaded])");

document.addEventListener("pointerover", ({ target }) => {
  const of = waiting(target);
  if (of) setTimeout(() => of.matches(":hover") && ask(of), INTENT);
});
document.addEventListener("focusin", ({ target }) => waiting(target) && target.matches(":focus-visible") && ask(waiting(target)));
document.addEventListener("toggle", ({ target: of }) => of.open && of.matches?.("[data-from]:not([data-loaded])") && fill(of), true);
document.addEventListener("part:taken", () => (asked = new WeakMap())); // what was fetched may be out of date

// A word that has its own choices: they take the place of the menu's.
document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("a[data-further]");
  const target = link?.closest(".menu");
  if (!target || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const text = await get(link.href);
  if (text === null) return location.assign(link.href);
  await htmx.swap({ text, target, swap: "innerHTML ignoreTitle:true" });
  place(target.closest("[data-menu]"));
  target.querySelector("input:not([type=hidden]), .menu__item")?.focus();
});
