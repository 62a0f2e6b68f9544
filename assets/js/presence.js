// Who is at which ticket: the tab with the stream hears it and tells the others; each shows it in its rows and at its ticket.
import { arriving } from "./page.js";
import { showField } from "./presence-fields.js";
import { kind, mark, sentence, short } from "./presence-marks.js";

const me = Number(document.body.dataset.liveKey);
const channel = new BroadcastChannel(`olmo-here-${me}`);
let here = {}; // a ticket's number -> [[person, name, doing]], without the reader
let isFirst = false; // this tab holds the stream

function fill(place, made) {
  if (place.textContent === made.map((mark) => mark.textContent).join("")) return; // a status says only what is new
  place.replaceChildren(...made);
}

function showRow(row) {
  const all = (here[row.querySelector(".number")?.textContent] ?? []).toSorted((one, other) => (kind(one[2]) === "read") - (kind(other[2]) === "read"));
  const place = row.querySelector(".row__seen");
  if (place) fill(place, all.length ? [mark(all.map((who) => sentence(who)).join(", "), all[0][2], short(all[0][1]))] : []);
}

function showTicket(head) {
  const all = here[head.dataset.hereNumber] ?? [];
  const fields = new Map(all.filter(([, , doing]) => doing.startsWith("change:")).map((who) => [who[2].slice(7), who]));
  const composer = document.querySelector('[data-here-in="composer"]');
  fill(head.querySelector('[data-here-in="head"]'), all.map((who) => mark(sentence(who), who[2])));
  if (composer) fill(composer, all.filter(([, , doing]) => ["reply", "note", "partner"].includes(doing)).map((who) => mark(sentence(who), who[2])));
  document.querySelectorAll("[data-here-field]").forEach((old) => fields.has(old.dataset.hereField) || old.remove());
  for (const [noun, who] of fields) showField(noun, who);
}

function show() {
  document.querySelectorAll(".row[id]").forEach(showRow);
  document.querySelectorAll("[data-here]").forEach(showTicket);
}

function take(news, isWhole) {
  const others = Object.entries(news).map(([number, people]) => [number, people.filter(([person]) => person !== me)]);
  here = { ...(isWhole ? {} : here), ...Object.fromEntries(others) };
  show();
}

/** The stream says who is at these tickets now. */
export function heard(news) {
  isFirst = true;
  channel.postMessage(news);
  take(news, false);
}

/** A stream begins: it tells at once who is where, and nothing of before holds. */
export function began() {
  channel.postMessage(null);
  take({}, true);
}

channel.onmessage = ({ data }) => {
  if (data === "who?") return isFirst && channel.postMessage(here);
  take(data ?? {}, data === null);
};
channel.postMessage("who?");
arriving(".row[id]", showRow);
arriving("[data-here]", showTicket);
arriving(":is(#panel, #ticket-head) .menu form", show);
document.addEventListener("part:taken", show);
