// Keys give commands: one ("r"), one after the other ("g m"), together ("Mod+k": Ctrl, on a Mac Cmd). "?" lists them.
import { commands, does, hasSingleKeys, isThere, keysUrl, run } from "./commands.js";
import { arriving, isText } from "./page.js";

const PATIENCE = 1200; // ms between keys of a row
const isMac = /mac|iphone|ipad/i.test(navigator.userAgentData?.platform ?? navigator.platform);
const isAlone = (key) => !/Mod|Alt/.test(key);
let typed = "";
let timer = null;

/** A key press as commands.py writes it. A capital letter says Shift by itself. */
function written(event) {
  const mod = isMac ? event.metaKey : event.ctrlKey;
  const isNamed = event.key.length > 1;
  const letter = (mod || event.altKey) && !isNamed ? event.key.toLowerCase() : event.key;
  const shift = event.shiftKey && (isNamed || mod || event.altKey);
  return [mod && "Mod", event.altKey && "Alt", shift && "Shift", letter].filter(Boolean).join("+");
}

function forget() {
  clearTimeout(timer);
  typed = "";
}

function wait(key) {
  clearTimeout(timer);
  typed = key;
  timer = setTimeout(forget, PATIENCE);
}

// One key means one thing: where somebody writes only keys with Ctrl or Alt count, and in a dialog its own.
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || ["Shift", "Control", "Meta", "Alt"].includes(event.key)) return;
  const press = written(event);
  const isSilent = isAlone(press) && (isText(event.target) || (!hasSingleKeys && press !== "Escape"));
  if (isSilent || document.querySelector("dialog[open]")) return forget();
  const key = typed ? `${typed} ${press}` : press;
  const command = commands.find((one) => one.key === key && isThere(one) && (one.where !== "composer" || event.target.closest("[data-composer]")));
  if (command) {
    forget();
    if (press !== "Escape") event.preventDefault();
    run(command, event.target);
  } else if (commands.some((one) => one.key.startsWith(`${key} `))) wait(key);
  else forget();
});

const said = (part) => (part.length === 1 && part !== part.toLowerCase() ? ["Shift", part] : part.split(/(?<=.)\+/)).map((word) => (word.length === 1 ? word.toUpperCase() : word));

/** The keys of a command as people read them: ["Ctrl+K"] or ["G", "M"]. */
export const spoken = (key) => key.split(" ").filter(Boolean).map((part) => said(part).join("+").replace("Mod", isMac ? "⌘" : "Ctrl"));

// A control tells its key to those who listen, and a menu shows it.
arriving("[data-command]", (of) => {
  const key = commands.find((command) => command.name === of.dataset.command)?.key;
  if (!key || (isAlone(key) && !hasSingleKeys)) return;
  of.setAttribute("aria-keyshortcuts", said(key.replace("Mod", isMac ? "Meta" : "Control")).join("+"));
  const hint = spoken(key).join(" ");
  if (of.matches(".menu__item") && !of.querySelector("kbd")) of.append(Object.assign(document.createElement("kbd"), { textContent: hint, ariaHidden: "true" }));
  else if (of.matches("a, button, summary, label") && !of.title.endsWith(`(${hint})`)) of.title = `${of.title || of.textContent.trim()} (${hint})`;
});

arriving("[data-key-of]", (hint) => {
  hint.textContent = spoken(commands.find((command) => command.name === hint.dataset.keyOf)?.key ?? "").join(" ");
});

does("keys", async () => {
  const dialog = document.getElementById("keys");
  const answer = await fetch(keysUrl, { headers: { "X-Live": "1" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return location.assign(keysUrl);
  const list = new DOMParser().parseFromString(await answer.text(), "text/html").body;
  dialog.querySelector("#keys-list").replaceChildren(...list.childNodes);
  dialog.showModal();
});
