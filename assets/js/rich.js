// Loads the rich editor when a text is first written, unless the writer chose plain Markdown. <form data-editor-url>.
import { arriving, say, words } from "./page.js";
import { toast } from "./toast.js";

const CHOICE = "olmo-editor";
const isPlain = () => localStorage.getItem(CHOICE) === "plain";
const tell = (word) => (toast(words(word)), say(words(word)));
const taken = new WeakSet();

async function enrich(field) {
  const { editorUrl } = field.form.dataset;
  if (!editorUrl || taken.has(field) || isPlain()) return;
  taken.add(field);
  const hadFocus = document.activeElement === field;
  const { attach } = await import(editorUrl).catch(() => ({}));
  if (!attach || !field.isConnected) return; // no line: the textarea does
  const bar = document.querySelector("template[data-rich-tools]");
  const label = field.labels[0]?.textContent ?? "";
  const editor = attach(field, { bar, label, say: tell });
  if (hadFocus || document.activeElement === field) editor.commands.focus("end");
}

document.addEventListener("focusin", ({ target }) => target.matches?.("textarea[data-draft]") && enrich(target));
arriving("[data-editor-choice]", (box) => (box.checked = isPlain()));
document.addEventListener("change", ({ target }) => {
  if (!target.matches("[data-editor-choice]")) return;
  localStorage.setItem(CHOICE, target.checked ? "plain" : "rich");
  toast(words("editorChosen"));
});

// A plain field takes no megabytes either.
const MOST = 200_000;
document.addEventListener("paste", (event) => {
  const { target: field, clipboardData } = event;
  const text = clipboardData?.getData("text/plain") ?? "";
  if (!field.matches?.("textarea[data-draft]") || text.length <= MOST) return;
  event.preventDefault();
  field.setRangeText(text.slice(0, MOST), field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new CustomEvent("pasted:cut", { bubbles: true, detail: text }));
  tell("pasteCut");
});
