// On a wide screen the list that the reader came from stands beside the ticket, and moves along from ticket to ticket.
// <main data-list-beside="/desk/?box=mine">. Narrower, and without scripts, list and ticket are pages of their own.
import { read } from "./parts.js";

const WIDE = matchMedia("(min-width: 1400px)");
let pane = null; // kept while the pages around it change

async function made(url) {
  const answer = await fetch(url, { headers: { "X-Live": "1" } }).catch(() => null);
  const list = answer?.ok && !answer.redirected && read(await answer.text()).getElementById("list");
  if (!list) return null;
  const title = list.querySelector(".list").ariaLabel;
  const head = Object.assign(document.createElement("div"), { className: "list-pane__head" });
  const name = document.createElement("h2");
  name.append(Object.assign(document.createElement("a"), { href: url, textContent: title }));
  head.append(name);
  const fresh = Object.assign(document.createElement("aside"), { className: "list-pane", ariaLabel: title });
  fresh.dataset.url = url;
  fresh.append(head, document.adoptNode(list));
  return fresh;
}

/** The row of the ticket that is shown. */
function mark() {
  for (const row of pane?.querySelectorAll(".row") ?? []) {
    const isHere = row.querySelector(".row__subject").pathname === location.pathname;
    row.ariaCurrent = isHere ? "true" : null;
    if (isHere) row.removeAttribute("data-unread");
  }
}

async function place() {
  const ticket = document.querySelector("main.ticket[data-list-beside]");
  if (!ticket || !WIDE.matches) return;
  const url = ticket.dataset.listBeside;
  if (pane?.dataset.url !== url) pane = (await made(url)) ?? pane;
  if (!pane || !ticket.isConnected || pane.dataset.url !== url) return;
  const top = pane.scrollTop;
  if (pane.nextElementSibling !== ticket) ticket.before(pane);
  pane.scrollTop = top;
  mark();
}

document.addEventListener("page:shown", place);
document.addEventListener("part:taken", mark);
WIDE.addEventListener("change", place);
place();
