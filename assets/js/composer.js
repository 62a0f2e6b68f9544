// Reply, note and words to a partner are drafts in fields of their own; what is typed is kept here and saved on the server until it has been sent.
import { ask } from "./clash.js";
import { does } from "./commands.js";
import { isSaving, keep, later, revision, settle, writer } from "./drafts.js";
import { forget, forgetOne, kept } from "./kept.js";
import { arriving, words } from "./page.js";

const OF = { notes: "note", partner: "partner" }; // the draft that an address takes; every other takes the reply
const changed = new Set();
const shown = (form) => [...form.querySelectorAll("[data-draft]")].find((field) => field.parentElement.checkVisibility());

arriving("[data-draft]", (field) => {
  if (field.form.elements.writer) field.form.elements.writer.value = writer; // a requester has no draft on the server
  const copy = kept(field);
  if (!copy || copy.isSaved || copy.text === field.value || !copy.text.trim()) return;
  const saved = field.value;
  const known = revision(field);
  field.value = copy.text;
  field.form.querySelector("[data-draft-state]").textContent = words("kept");
  if (saved.trim() && copy.revision !== known) ask(field, { text: saved, revision: known, error: words("otherDraft") });
  else later(field);
});

document.addEventListener("input", ({ target }) => {
  const field = target.matches("[data-draft]") ? target : target.matches("[data-recipients], [data-work]") && shown(target.form);
  if (!field) return;
  const seen = document.querySelector("[data-seen]")?.dataset.seen;
  if (seen && !changed.has(field)) field.form.elements.seen.value = seen; // the writer has read the log until here
  changed.add(field);
  keep(field, revision(field));
  later(field);
});

document.addEventListener("uploads:changed", ({ target }) => {
  const field = shown(target.closest("form"));
  if (field?.dataset.draftUrl) later(field);
});

does("send", ({ origin }) => {
  const form = origin.closest("[data-composer]");
  form?.requestSubmit(form.querySelector(`[data-send="${shown(form)?.dataset.draft}"]`));
});

// A draft that is just being saved is waited for, or it would come back after it was sent.
const settled = new WeakSet();
document.addEventListener(
  "submit",
  async (event) => {
    const { target: form, submitter } = event;
    if (!form.matches("[data-composer]") || settled.delete(form) || !isSaving(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (form.ariaBusy === "true") return; // it waits already
    form.ariaBusy = "true"; // a save that is only planned does not begin now, beside the sending
    await settle(form);
    await new Promise((done) => setTimeout(done)); // a form cannot be sent while its event is under way
    form.ariaBusy = null;
    settled.add(form);
    form.requestSubmit(submitter);
  },
  true,
);

// Sent: the draft of the pressed button goes, the other one stays. Signed out: the copy waits here, so nothing is asked on the way.
document.addEventListener("part:done", ({ target: form, detail: { ok, isSignedOut, submitter } }) => {
  if (isSignedOut) return changed.clear();
  if (!ok || !form.matches("[data-composer]")) return;
  forgetOne(form, OF[submitter?.getAttribute("formaction")?.split("/").at(-1)] ?? "reply");
  changed.clear();
});

document.addEventListener("submit", ({ target: form }) => form.matches("[data-forget-drafts]") && forget(() => true));
addEventListener("beforeunload", (event) => {
  if ([...changed].some((field) => field.isConnected && field.value.trim() && kept(field)?.isSaved !== true)) event.preventDefault();
});
