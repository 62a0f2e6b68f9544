// <details data-menu data-from="/desk/choices/team">: the items of a long menu are fetched when it first opens.
// Until then, and without scripts, the menu holds a link to the same choices as a page.
import htmx from "htmx.org";
import { place } from "./menus.js";

async function fill(of) {
  const { from } = of.dataset;
  delete of.dataset.from;
  const answer = await fetch(from, { headers: { "X-Live": "1" } }).catch(() => null);
  const target = of.querySelector(":scope > .menu");
  if (!answer?.ok || answer.redirected) return;
  await htmx.swap({ text: await answer.text(), target, swap: "innerHTML ignoreTitle:true" });
  if (!of.open) return;
  place(of);
  (target.querySelector("[data-find], input") ?? target.querySelector(".menu__item"))?.focus();
}

document.addEventListener("toggle", ({ target: of }) => of.open && of.dataset?.from && fill(of), true);
