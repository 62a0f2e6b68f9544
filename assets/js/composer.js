// Reply and note are two drafts in two fields. What is typed is kept in this browser until it has been sent.
import { does } from "./commands.js";
import { arriving, words } from "./page.js";

const PREFIX = "olmo-draft:";
const MONTH = 30 * 24 * 3600 * 1000;
const changed = new Set();
const key = (field) => `${PREFIX}${field.form.dataset.draftKey}:${field.dataset.draft}`;
const state = (field, word) => (field.form.querySelector("[data-draft-state]").textContent = word);
const shown = (form) => [...form.querySelectorAll("[data-draft]")].find((field) => field.checkVisibility());

function keep(field) {
  try {
    if (field.value.trim()) localStorage.setItem(key(field), JSON.stringify({ text: field.value, at: Date.now() }));
    else localStorage.removeItem(key(field));
    state(field, field.value.trim() ? words("kept") : "");
  } catch {
    state(field, ""); // no room or no storage: leaving the page still asks
  }
}

function forget(test) {
  for (const name of Object.keys(localStorage)) if (name.startsWith(PREFIX) && test(name)) localStorage.removeItem(name);
}

arriving("[data-draft]", (field) => {
  const draft = JSON.parse(localStorage.getItem(key(field)) ?? "null");
  if (!draft || field.value.trim()) return;
  field.value = draft.text;
  state(field, words("kept"));
});

document.addEventListener("input", ({ target: field }) => {
  if (!field.matches("[data-draft]")) return;
  const seen = document.querySelector("[data-seen]")?.dataset.seen;
  if (seen && !changed.has(field)) field.form.elements.seen.value = seen; // the writer has read the log until here
  changed.add(field);
  keep(field);
});

does("send", ({ origin }) => {
  const form = origin.closest("[data-composer]");
  form?.requestSubmit(form.querySelector(`[data-send="${shown(form)?.dataset.draft}"]`));
});

// Sent: the draft of the pressed button goes, the other one stays.
document.addEventListener("part:done", ({ target: form, detail: { ok, submitter } }) => {
  if (!ok || !form.matches("[data-composer]")) return;
  const kind = submitter?.value === "note" ? "note" : "reply";
  forget((name) => name === `${PREFIX}${form.dataset.draftKey}:${kind}`);
  changed.clear();
});

document.addEventListener("submit", ({ target: form }) => form.matches("[data-forget-drafts]") && forget(() => true));
addEventListener("beforeunload", (event) => {
  if ([...changed].some((field) => field.isConnected && field.value.trim())) event.preventDefault();
});
forget((name) => Date.now() - (JSON.parse(localStorage.getItem(name))?.at ?? 0) > MONTH);
