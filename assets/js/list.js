// The list by keyboard: j and k move, x selects, Escape clears; Shift selects a range; the bar counts.
import { does } from "./commands.js";
import { words } from "./page.js";

const rows = () => [...document.querySelectorAll("[data-list] .row")];
const here = () => document.activeElement?.closest?.(".row");
const box = (row) => row.querySelector(".row__pick input");
const picked = ":is(.row__pick, .assets__pick) input:checked";
let last = null;

function move(step) {
  const all = rows();
  const at = all.indexOf(here());
  const next = at < 0 ? all.find((row) => row.ariaCurrent === "true") ?? all[0] : all[at + step];
  next?.querySelector(".row__subject").focus();
  next?.scrollIntoView({ block: "nearest" });
}

function count(list) {
  const chosen = list.querySelectorAll(picked).length;
  const place = list.querySelector("[data-selected-count]");
  if (place) place.textContent = words("selected", { n: chosen });
}

function range(to) {
  const all = rows();
  const [first, end] = [all.indexOf(last), all.indexOf(to)].sort((a, b) => a - b);
  if (first >= 0) all.slice(first, end + 1).forEach((row) => (box(row).checked = box(to).checked));
}

document.addEventListener("click", (event) => {
  const row = event.target.closest(".row__pick input")?.closest(".row");
  if (!row) return;
  if (event.shiftKey && last) range(row);
  last = row;
});

document.addEventListener("change", ({ target }) => target.closest("[data-list]") && count(target.form));
document.addEventListener("part:taken", () => document.querySelectorAll("[data-list]").forEach(count));
document.addEventListener("reset", ({ target }) => target.matches("[data-list]") && setTimeout(() => count(target)));

does("next", () => move(1));
does("previous", () => move(-1));
does("open", () => here()?.querySelector(".row__subject").click());
does("select", () => here() && box(here())?.click());
does("clear", () => document.querySelector(`[data-list]:has(${picked})`)?.reset());
