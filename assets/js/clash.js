// Two pages wrote the same draft: the writer sees the other text and chooses. Nothing is overwritten before that.
import { keep } from "./kept.js";

const open = new WeakMap();

/** Shows what is saved ({text, revision, error}) beside what is typed in the field. */
export function ask(field, saved) {
  const box = field.form.querySelector("[data-clash]");
  box.querySelector("[data-clash-words]").textContent = saved.error;
  box.querySelector("[data-clash-text]").textContent = saved.text.slice(0, 2000);
  box.querySelector('[data-clash-take="theirs"]').hidden = !saved.text;
  box.hidden = false;
  open.set(box, { field, saved });
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-clash-take]");
  if (!button) return;
  const box = button.closest("[data-clash]");
  const { field, saved } = open.get(box);
  field.form.elements[`${field.dataset.draft}_revision`].value = saved.revision;
  if (button.dataset.clashTake === "theirs") field.value = saved.text;
  keep(field, saved.revision);
  box.hidden = true;
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
});
