// What is typed into [data-draft] is kept in this browser at once, and on the server (data-draft-url) a moment later.
import { ask } from "./clash.js";
import { words } from "./page.js";
import { post as send } from "./session.js";
import { keep, kept, markSaved } from "./kept.js";

const PAUSE = 800;
const AGAIN = 5000;
/** Names this open page to the server, which tells two pages apart by it. */
export const writer = [...crypto.getRandomValues(new Uint32Array(3))].map((part) => part.toString(36)).join("");
const timers = new WeakMap();
const under_way = new Map();
const state = (field, text) => {
  const place = field.form?.querySelector("[data-draft-state]");
  if (place) place.textContent = text;
};
const revisionOf = (field) => field.form.elements[`${field.dataset.draft}_revision`];

/** The revision of the server's draft that a field holds; 0 for none, as of a requester, whose drafts stay in the browser. */
export const revision = (field) => Number(revisionOf(field)?.value ?? 0);

/** Saves the draft of a field after a pause. */
export function later(field, pause = PAUSE) {
  if (!field.dataset.draftUrl) return state(field, field.value.trim() ? words("kept") : "");
  clearTimeout(timers.get(field));
  timers.set(field, setTimeout(() => save(field), pause));
}

/** Waits for what is on its way, before the draft is sent (what is only planned sees that the form is busy). */
export const settle = (form) => Promise.all([...under_way].filter(([field]) => field.form === form).map(([, work]) => work));

/** Whether a draft of the form is being saved now. */
export const isSaving = (form) => [...under_way.keys()].some((field) => field.form === form);

function save(field) {
  if (!field.isConnected || field.form.ariaBusy === "true") return;
  if (under_way.has(field)) return later(field);
  under_way.set(field, post(field).finally(() => under_way.delete(field)));
}

async function post(field) {
  const text = field.value;
  const body = new FormData(field.form);
  body.delete("files");
  body.set("writer", writer);
  state(field, words("saving"));
  const answer = await send(field.dataset.draftUrl, body).catch(() => null);
  if (!field.isConnected) return;
  if (answer && (answer.redirected || [401, 403].includes(answer.status))) return state(field, words("signedOut"));
  const said = answer && answer.status < 500 ? await answer.json().catch(() => null) : null;
  if (!said) return state(field, words("notSaved")), later(field, AGAIN);
  if (answer.status === 409) return state(field, words("kept")), ask(field, said);
  if (!answer.ok) return state(field, said.error);
  revisionOf(field).value = said.revision;
  if (field.value === text) markSaved(field, said.revision);
  state(field, said.said);
  hint(field, said.hints);
}

function hint(field, hints) {
  const place = field.form.querySelector("[data-hints]");
  if (!place || field.dataset.draft !== "reply") return;
  const lines = hints.map((text) => Object.assign(document.createElement("li"), { textContent: text }));
  if (place.textContent !== hints.join("")) place.replaceChildren(...lines);
}

addEventListener("online", () => document.querySelectorAll("[data-draft]").forEach((field) => kept(field)?.isSaved === false && later(field, 0)));
export { keep };
