// The commands of the page, as olmo/desk/commands.py lists them: by their control, by their address, or by whoever hears "command".
import { isShown } from "./page.js";

const FIELDS = ["name", "label", "where", "key", "path", "icon", "isPlain"];
const source = document.getElementById("commands");
const named = (name) => [...document.querySelectorAll(`[data-command="${CSS.escape(name)}"]`)];
const usable = (control) => isShown(control) && !control.disabled && !control.closest("dialog:not([open]), [inert]");
const ticketUrl = () => document.querySelector("[data-ticket-url]")?.dataset.ticketUrl;

/** {name, label, where, key, path, icon, isPlain} of every command. */
export const commands = JSON.parse(source?.dataset.all || "[]").map((row) => Object.fromEntries(FIELDS.map((field, n) => [field, row[n]])));
export const icons = source?.dataset.icons;
export const keysUrl = source?.dataset.keysUrl;
export const hasSingleKeys = source?.dataset.single !== "off";

/** The control that a command works, if one can be seen. */
export const control = (name) => named(name).find(usable);

/** Where a command leads, when no control carries it. */
export function address({ where, path }) {
  if (where !== "ticket") return path;
  return path && ticketUrl() ? `${ticketUrl()}/${path}` : "";
}

const PLACES = { list: "[data-list]", ticket: "[data-ticket-url]", composer: "[data-composer]" };
const heard = new Set(); // names that a script answers

/** Lets a script answer a command: does("next", () => ...). */
export function does(name, act) {
  heard.add(name);
  document.addEventListener("command", (event) => event.detail.name === name && act(event.detail));
}

/** Whether a command can be given now. */
export function isThere(command) {
  const place = PLACES[command.where];
  if (place && !document.querySelector(place)) return false;
  return Boolean(control(command.name) || heard.has(command.name) || address(command));
}

function work(of) {
  if (of.matches("input[type=radio]")) {
    of.click();
    [...of.form.querySelectorAll("textarea")].find(isShown)?.focus();
  } else if (of.matches("input:not([type=checkbox]), textarea")) {
    of.focus();
    of.select();
  } else if (of.matches("summary")) {
    of.focus();
    if (!of.parentElement.open) of.click();
  } else of.click();
}

const tell = (name, origin) => document.dispatchEvent(new CustomEvent("command", { detail: { name, origin } }));

// A link that stands for what a script does leads somewhere only without scripts.
document.addEventListener("click", (event) => {
  const of = event.target.closest("a[data-command], button[type=button][data-command]");
  if (!of || !heard.has(of.dataset.command) || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  tell(of.dataset.command, of);
});

/** Gives a command. origin: the element that has the focus. */
export function run(command, origin = document.activeElement) {
  if (heard.has(command.name)) return tell(command.name, origin);
  const of = control(command.name);
  if (of) return work(of);
  if (address(command)) document.dispatchEvent(new CustomEvent("go", { detail: { url: address(command) } }));
}
