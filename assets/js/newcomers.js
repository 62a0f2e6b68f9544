// New tickets do not move the list under somebody's hand: known rows change in place, new ones wait above it.
import { say, words } from "./page.js";
import { take } from "./parts.js";

const HAND = 3000;
let touchedAt = -HAND;

document.addEventListener("pointermove", (event) => {
  if (event.target.closest?.("[data-list] .row")) touchedAt = performance.now();
});

/** Whether somebody is at work in the list: rows selected, focus in it, more pages loaded, scrolled down, or the pointer moving over it. */
export const isBusy = (list) =>
  list.querySelector(".row input:checked") !== null ||
  list.matches(":focus-within, [data-longer]") ||
  list.getBoundingClientRect().top < 0 ||
  performance.now() - touchedAt < HAND;

const isPicked = (id) => document.getElementById(id).querySelector("input:checked") !== null;

/** Updates the rows that are there and offers the new ones. */
export function offer(list, page) {
  const fresh = page.getElementById(list.id);
  if (!fresh) return;
  const known = [...fresh.querySelectorAll(".row")].filter((row) => document.getElementById(row.id));
  take(page, known.filter((row) => !isPicked(row.id)).map((row) => `#${row.id}`));
  const count = fresh.querySelectorAll(".row").length - known.length;
  if (count) announce(list, page, count);
}

function announce(list, page, count) {
  const sentence = count === 1 ? words("newRow") : words("newRows", { n: count });
  const button = list.querySelector("[data-newcomers]") ?? document.createElement("button");
  Object.assign(button, { type: "button", className: "button button--small list__news", textContent: sentence });
  button.dataset.newcomers = "";
  button.onclick = () => {
    delete list.dataset.longer;
    take(page, [`#${list.id}`]);
  };
  list.prepend(button);
  say(sentence);
}
