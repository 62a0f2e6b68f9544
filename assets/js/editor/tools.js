// The toolbar of an editor: one stop of the Tab key, arrows inside, each button says whether it is on.
import { linkForm } from "./link.js";

const ACTS = {
  bold: (chain) => chain.toggleBold(),
  italic: (chain) => chain.toggleItalic(),
  code: (chain) => chain.toggleCode(),
  codeBlock: (chain) => chain.toggleCodeBlock(),
  bulletList: (chain) => chain.toggleBulletList(),
  orderedList: (chain) => chain.toggleOrderedList(),
  blockquote: (chain) => chain.toggleBlockquote(),
};

/** A bar made of the template `bar`, whose buttons name their act in data-rich. */
export function tools(editor, bar) {
  const made = bar.content.cloneNode(true).firstElementChild;
  const buttons = [...made.querySelectorAll("[data-rich]")];
  const link = linkForm(editor, made.querySelector("[data-rich-link]"), made.querySelector("[data-rich=link]"));
  buttons.forEach((button, place) => (button.tabIndex = place ? -1 : 0));
  made.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-rich]");
    const act = ACTS[button?.dataset.rich];
    if (act) act(editor.chain().focus()).run();
    else if (button?.dataset.rich === "link") link.open();
  });
  made.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step || !event.target.matches("[data-rich]")) return;
    event.preventDefault();
    const at = buttons.indexOf(document.activeElement);
    const next = buttons[(at + step + buttons.length) % buttons.length];
    buttons.forEach((button) => (button.tabIndex = button === next ? 0 : -1));
    next.focus();
  });
  const show = () => buttons.forEach((button) => button.setAttribute("aria-pressed", String(editor.isActive(button.dataset.rich))));
  editor.on("transaction", show);
  show();
  return made;
}
