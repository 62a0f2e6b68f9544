// The commands that fit what was typed, as options of the palette; and the tickets that were open last.
import { commands, icons, isThere, run } from "./commands.js";
import { spoken } from "./keys.js";
import { words } from "./page.js";

const MOST = 6;
const RECENT = "olmo-recent";
const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** How well a command fits: 0 not at all, more is better. Each word begins some word of its name. */
function fit(label, wanted) {
  const have = folded(label);
  if (have.startsWith(wanted.join(" "))) return 3;
  const starts = have.split(/[\s:/-]+/);
  return wanted.every((word) => starts.some((start) => start.startsWith(word))) ? 2 : 0;
}

function option(command, n) {
  const row = document.createElement("div");
  Object.assign(row, { id: `command-${n}`, className: "menu__item", role: "option", ariaSelected: "false" });
  const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  icon.setAttribute("class", "icon");
  icon.setAttribute("viewBox", "0 0 20 20");
  icon.setAttribute("aria-hidden", "true");
  icon.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "use")).setAttribute("href", `${icons}#i-${command.icon || "right"}`);
  row.append(icon, Object.assign(document.createElement("span"), { textContent: command.label }));
  row.append(...spoken(command.key).map((key) => Object.assign(document.createElement("kbd"), { textContent: key })));
  row.act = (origin) => run(command, origin);
  return row;
}

/** The group of commands for what was typed ("> word": commands alone); nothing when none fits. */
export function matching(typed) {
  const wanted = folded(typed.replace(/^>/, "")).split(/\s+/).filter(Boolean);
  const isAll = typed.startsWith(">");
  const fits = commands.map((command) => ({ command, fit: fit(command.label, wanted), near: command.where === "ticket" ? 1 : 0 }));
  const best = fits.filter((one) => one.fit && one.command.isPlain && isThere(one.command)).sort((a, b) => b.fit - a.fit || b.near - a.near);
  if (!best.length) return null;
  const group = Object.assign(document.createElement("div"), { role: "group", ariaLabel: words("commands") });
  group.append(Object.assign(document.createElement("p"), { className: "menu__title", textContent: words("commands") }));
  group.append(...best.slice(0, isAll ? 50 : MOST).map((one, n) => option(one.command, n)));
  return group;
}

/** Numbers of the tickets that were open last in this browser, newest first. */
export function recent() {
  try {
    return JSON.parse(localStorage.getItem(RECENT) ?? "[]").map(Number).filter(Number.isInteger).slice(0, MOST);
  } catch {
    return [];
  }
}

/** Remembers that a ticket is open. */
export function remember(number) {
  try {
    localStorage.setItem(RECENT, JSON.stringify([number, ...recent().filter((other) => other !== number)].slice(0, MOST)));
  } catch {
    // without storage the palette begins with commands
  }
}
