// The page that is shown, and those that were left: kept whole, so that going back finds list, scrolling and focus as they were.
import htmx from "htmx.org";
import { say } from "./page.js";

const MOST = 6;
const left = new Map(); // number in the history -> {main, title, css, places, focus}
const main = () => document.getElementById("desk-main");
const desk = () => document.querySelector(".desk");
let here = history.state?.page ?? 1;

history.scrollRestoration = "manual";
history.replaceState({ ...history.state, page: here }, "");

// Where parts were scrolled to is noted when it happens: asking every part for it would lay out whatever is folded away.
let places = new Map();
const note = ({ target }) => target !== document && main()?.contains(target) && places.set(target, target.scrollTop);
document.addEventListener("scroll", note, { capture: true, passive: true });

function keep() {
  const focus = main().contains(document.activeElement) ? document.activeElement : null;
  left.set(here, { main: main(), title: document.title, css: desk().className, places, top: scrollY, focus });
  if (left.size > MOST) left.delete(left.keys().next().value);
}

/** Leaves the page that is shown, by a method of history. */
export function leave(method, url) {
  if (method === "pushState") keep();
  if (method === "pushState") here = Math.max(here, ...left.keys()) + 1;
  history[method]({ page: here }, "", url);
}

/** Where the reader is, in the navigation. */
function point(page) {
  for (const nav of document.querySelectorAll(".nav, .tabbar")) {
    const fresh = page.querySelector(`.${nav.classList[0]}`);
    if (fresh) htmx.swap({ text: fresh.outerHTML, target: nav, swap: "outerMorph ignoreTitle:true" });
  }
}

function focusOn(place, wordAt) {
  const word = wordAt >= 0 ? place.querySelectorAll(".sentence summary")[wordAt] : null;
  const target = word ?? place.querySelector("[autofocus], [data-focus]") ?? place.querySelector("#main");
  target?.focus({ preventScroll: true });
}

/** One page for the other; its class comes last, since taking focus away lays out what is still there. */
function exchange(fresh, title, css) {
  main().replaceWith(fresh);
  desk().className = css;
  document.title = title;
}

/** Puts a page (a document) in the place of the one that is shown. */
export function show(page, how) {
  const word = document.activeElement?.closest(".sentence details");
  const wordAt = word ? [...document.querySelectorAll(".sentence details")].indexOf(word) : -1;
  const fresh = document.adoptNode(page.getElementById("desk-main"));
  document.querySelectorAll("[data-menu][open]").forEach((menu) => (menu.open = false));
  exchange(fresh, page.title, page.querySelector(".desk").className);
  places = new Map();
  htmx.process(fresh);
  if (how !== "back" || !location.hash) scrollTo(0, 0);
  focusOn(fresh, wordAt);
  document.getElementById("toasts")?.append(...page.querySelectorAll("#toasts .toast"));
  document.getElementById("nav-open")?.matches(":checked") && document.getElementById("nav-open").click();
  tell();
  requestAnimationFrame(() => setTimeout(() => point(page))); // counts may come a moment later
}

/** Shows a page that was left, as it was; false when it is not kept any more. */
export function restore(number) {
  const page = left.get(number);
  if (number !== here) keep();
  here = number;
  if (!page) return false;
  left.delete(number);
  exchange(page.main, page.title, page.css);
  (places = page.places).forEach((top, part) => (part.scrollTop = top));
  scrollTo(0, page.top);
  (page.focus ?? document.getElementById("main"))?.focus({ preventScroll: true });
  tell();
  return true;
}

function tell() {
  say(document.title);
  document.dispatchEvent(new CustomEvent("page:shown"));
}
