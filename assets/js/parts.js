// A form inside [data-parts="#log #panel"] posts without leaving the page. The answer is a whole page, as it
// would be without scripts; its named parts are morphed into this one. data-whole on a form switches that off.
import htmx from "htmx.org";
import { words } from "./page.js";
import { resting } from "./resting.js";
import { post as send } from "./session.js";
import { toast } from "./toast.js";

const SWAPPED = new Set([400, 409, 413, 422]);

/** A page or some parts of one, as a document. */
export const read = (text) => new DOMParser().parseFromString(text, "text/html");

/** Each part alone: a whole page as text would be parsed again for every one of them. */
function swap(part, target, isFresh) {
  return part && target && htmx.swap({ text: part.outerHTML, target, swap: isFresh ? "outerHTML" : "outerMorph ignoreTitle:true" });
}

/** Morphs those parts that are in a page (see `read`) into this page; the `fresh` one is replaced, typed text included. */
export async function take(page, parts, fresh = "") {
  const open = document.querySelectorAll("[data-menu][open]"); // somebody may be typing in it
  open.forEach((menu) => menu.setAttribute("hx-morph-skip", ""));
  await Promise.all(parts.map((part) => swap(page.querySelector(part), document.querySelector(part), part === fresh)));
  open.forEach((menu) => menu.removeAttribute("hx-morph-skip"));
  document.dispatchEvent(new CustomEvent("part:taken"));
}

/** Whether an answer led to another page than the one the reader is on. */
export const isElsewhere = (answer) => answer.redirected && new URL(answer.url).pathname !== location.pathname;

/** Goes where a form led. Its answer is the page there; whoever shows it in place says so. */
function follow(url, text) {
  const isShown = !document.dispatchEvent(new CustomEvent("went", { cancelable: true, detail: { url, text } }));
  if (!isShown) location.assign(url);
}

async function post(form, submitter, parts) {
  const done = (ok, isSignedOut) => form.dispatchEvent(new CustomEvent("part:done", { bubbles: true, detail: { ok, isSignedOut, submitter } }));
  const fresh = form.dataset.fresh ?? parts.find((part) => form.matches(part));
  const action = submitter?.getAttribute("formaction") || form.getAttribute("action") || location.href;
  const answer = await send(action, new FormData(form, submitter));
  if (!answer.ok && !answer.redirected && !SWAPPED.has(answer.status)) throw new Error(words("refused", { status: answer.status }));
  const isSignedOut = isElsewhere(answer) && new URL(answer.url).pathname === "/sign-in"; // nothing was done
  done(answer.ok && !isSignedOut, isSignedOut);
  const text = await answer.text();
  if (isElsewhere(answer)) return follow(answer.url, text);
  const page = read(text);
  if (fresh && !page.querySelector(fresh)) throw new Error(words("refused", { status: answer.status }));
  await take(page, parts, fresh);
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const home = form.closest("[data-parts]");
  if (!home || event.defaultPrevented || form.method !== "post" || "whole" in form.dataset) return;
  event.preventDefault();
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  const rest = resting(form);
  form.closest("details[data-menu]")?.removeAttribute("open");
  try {
    await post(form, event.submitter, home.dataset.parts.split(" "));
  } catch (fault) {
    toast(fault instanceof TypeError ? words("offline") : fault.message, { isBad: true });
  } finally {
    form.ariaBusy = null;
    rest();
  }
});
