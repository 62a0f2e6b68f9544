// The palette: a combobox over commands (found here) and what the server finds. One request is under way at a time, the newest
// words next; Enter waits for what belongs to the words that are typed.
import { does } from "./commands.js";
import { matching, recent } from "./palette-options.js";
import { say, words } from "./page.js";

const dialog = document.getElementById("palette");
const [field, list, none] = ["input", "[role=listbox]", ".palette__none"].map((selector) => dialog?.querySelector(selector));
const options = () => [...list.querySelectorAll("[role=option]")];
const current = () => list.querySelector("[aria-selected=true]");
let origin = null;
let found = ""; // HTML of the server for `answered`
let answered = null;
let asking = null;

function choose(option, isMoved = true) {
  current()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option ? field.setAttribute("aria-activedescendant", option.id) : field.removeAttribute("aria-activedescendant");
  if (isMoved) option?.scrollIntoView({ block: "nearest" });
}

function show() {
  const chosen = current()?.id;
  const things = document.createRange().createContextualFragment(answered === field.value.trim() || !field.value.startsWith(">") ? found : "");
  list.replaceChildren(...[matching(field.value), things].flat().filter(Boolean));
  if (!field.value.trim()) list.prepend(...list.querySelectorAll("[role=group]:has(#found-1-1)"));
  const all = options();
  choose(all.find((option) => option.id === chosen && answered === field.value.trim()) ?? all[0], false);
  none.hidden = all.length > 0 || answered !== field.value.trim();
}

async function ask() {
  const typed = field.value.trim();
  if (typed.startsWith(">")) [found, answered] = ["", typed];
  else {
    const query = new URLSearchParams(typed ? { q: typed } : { recent: recent().join(",") });
    const answer = await fetch(`${dialog.dataset.palette}?${query}`, { headers: { "X-Live": "1" } }).catch(() => null);
    if (answer?.redirected) return location.assign(answer.url);
    [found, answered] = [answer?.ok ? await answer.text() : "", typed];
  }
  if (!dialog.open) return;
  show();
  list.dataset.words = typed; // these words are answered
  if (field.value.trim() !== typed) return ask();
  say(words("found", { n: options().length }));
}

function type() {
  show();
  asking ??= ask().finally(() => (asking = null));
}

async function act() {
  await asking;
  current()?.click();
}

function move(step) {
  const all = options();
  choose(all.at((all.indexOf(current()) + step) % all.length));
}

const KEYS = { ArrowDown: () => move(1), ArrowUp: () => move(-1), Enter: act, Home: () => choose(options()[0]), End: () => choose(options().at(-1)) };

field?.addEventListener("input", type);
field?.addEventListener("keydown", (event) => {
  if (event.isComposing || !KEYS[event.key] || (["Home", "End"].includes(event.key) && field.value)) return;
  event.preventDefault();
  KEYS[event.key]();
});
list?.addEventListener("click", (event) => {
  const option = event.target.closest("[role=option]");
  if (!option || (option.href && (event.ctrlKey || event.metaKey || event.shiftKey))) return;
  event.preventDefault();
  dialog.close();
  option.href ? document.dispatchEvent(new CustomEvent("go", { detail: { url: option.href } })) : option.act(origin);
});
list?.addEventListener("pointermove", ({ target }) => target.closest("[role=option]") && choose(target.closest("[role=option]"), false));
dialog?.addEventListener("click", ({ target }) => (target === dialog || target.closest("[data-palette-close]")) && dialog.close());
if (dialog)
  does("palette", (detail) => {
    origin = detail.origin;
    field.value = "";
    [found, answered] = ["", null];
    dialog.showModal();
    field.focus();
    type();
  });
