// Says every few seconds what the reader of this ticket does, while the page is looked at; at once when that changes or ends.
// [data-here="<pass>" data-here-number data-here-url], which gives a new pass.
import { arriving } from "./page.js";

const URL = "/live/here";
const BEAT = 12000; // the others forget after 30 s
const QUIET = 15000; // whoever typed nothing for so long reads again
const tab = Math.random().toString(36).slice(2);
let typed = { at: -QUIET, as: "" };
let turn = 0;
let said = { doing: "gone", pass: "" };

const place = () => document.querySelector("[data-here]");
const opened = () => document.querySelector(".ticket details[data-from][open]:has(form:not([action$='/watchers'], [action$='/following']))");

function doing() {
  const noun = opened()?.dataset.from.split("/").at(-1).replace(/\?.*/, "");
  if (noun && noun !== "more" && document.querySelector(`:is(#panel, #ticket-head) [data-from$="/${noun}"]`)) return `change:${noun}`;
  return performance.now() - typed.at < QUIET ? typed.as : "read";
}

const form = (pass, what) => new URLSearchParams({ pass, tab, doing: what, turn: ++turn });
const post = (pass, what) => fetch(URL, { method: "POST", body: form(pass, what), keepalive: true });

async function renewed(of) {
  const answer = await fetch(of.dataset.hereUrl, { headers: { Accept: "application/json" } });
  if (!answer.ok || answer.redirected) return null;
  return (of.dataset.here = (await answer.json()).pass);
}

async function beat(isRepeated = true) {
  const of = place();
  if (!of || document.hidden) return;
  const what = doing();
  if (!isRepeated && what === said.doing) return;
  said = { doing: what, pass: of.dataset.here };
  try {
    const answer = await post(of.dataset.here, what);
    const pass = answer.status === 403 ? await renewed(of) : null;
    if (pass) await post((said.pass = pass), what);
  } catch {
    said.doing = ""; // the line is broken: the next beat says it
  }
}

function leave() {
  if (said.pass && said.doing !== "gone") navigator.sendBeacon(URL, form(said.pass, "gone"));
  said.doing = "gone";
}

document.addEventListener("input", ({ target }) => {
  const field = target.closest("[data-composer]") && (target.closest("[data-draft]") ?? target.querySelector?.("[data-draft]"));
  if (!field) return;
  typed = { at: performance.now(), as: field.dataset.draft };
  beat(false);
});
document.addEventListener("part:done", ({ target }) => target.matches("[data-composer]") && ((typed.at = -QUIET), beat(false)));
document.addEventListener("toggle", ({ target }) => target.matches?.("details[data-from]") && setTimeout(beat, 300, false), true);
document.addEventListener("part:taken", () => beat(false));
document.addEventListener("visibilitychange", () => (document.hidden ? leave() : beat()));
addEventListener("pagehide", leave);
addEventListener("pageshow", ({ persisted }) => persisted && beat());
document.addEventListener("page:shown", () => {
  if (place()?.dataset.here !== said.pass) leave();
  beat(false);
});
arriving("[data-here]", () => beat());
setInterval(beat, BEAT);
