// Files by drop, paste or choice, each posted at once with progress; the form carries their ids (see look/uploads.html).
import { caretOf } from "./caret.js";
import { csrf, words } from "./page.js";
import { send } from "./upload.js";

const TEXT = ".rich__text, textarea[data-draft]";
const own = (form) => [...(form?.querySelectorAll("[data-uploads]") ?? [])].find((box) => box.checkVisibility());

const tell = (box) => box.dispatchEvent(new CustomEvent("uploads:changed", { bubbles: true })); // the draft holds them too

/** A picture stands where it was pasted or dropped, as Markdown. */
function show(text, { name, url }) {
  if (url && text?.isConnected) caretOf(text).replace(0, `![${name.replace(/[[\]\\]/g, "")}](${url})`);
}

/** Takes files into the form around `place`: at once where there is an address for them, else with the form. */
function add(place, files, text = null) {
  const box = place.closest("[data-uploads]") ?? own(place.closest("form"));
  if (!box || !files.length) return false;
  const field = box.querySelector("input[type=file]");
  if (!box.dataset.uploadUrl) return field.files !== files && Boolean((field.files = files));
  [...files].forEach((file) => send(box, file, (answer) => (show(text, answer), tell(box))));
  field.value = "";
  return true;
}

document.addEventListener("change", ({ target }) => target.closest("[data-uploads]") && target.files && add(target, target.files));
document.addEventListener("paste", (event) => add(event.target, event.clipboardData.files, event.target.closest(TEXT)) && event.preventDefault());
document.addEventListener("pasted:cut", ({ target, detail: text }) => {
  const files = new DataTransfer();
  const box = own(target.closest("form"));
  if (!box.dataset.uploadUrl) [...box.querySelector("input[type=file]").files].forEach((file) => files.items.add(file));
  files.items.add(new File([text], words("pasted"), { type: "text/plain" }));
  add(box, files.files);
});
document.addEventListener("dragover", (event) => {
  const form = event.target.closest?.("form:has([data-uploads])");
  if (!form || !event.dataTransfer.types.includes("Files")) return;
  event.preventDefault();
  form.dataset.dropping = "";
});
for (const kind of ["dragleave", "drop"])
  document.addEventListener(kind, (event) => {
    const form = event.target.closest?.("form[data-dropping]");
    if (!form || (kind === "dragleave" && form.contains(event.relatedTarget))) return;
    delete form.dataset.dropping;
    if (kind === "drop" && add(form, event.dataTransfer.files, event.target.closest(TEXT))) event.preventDefault();
  });
document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-upload-remove]");
  if (!button) return;
  if (button.dataset.uploadRemove) fetch(button.dataset.uploadRemove, { method: "DELETE", headers: { "X-CSRFToken": csrf() } });
  const box = button.closest("[data-uploads]");
  button.closest(".upload").remove();
  tell(box);
});
