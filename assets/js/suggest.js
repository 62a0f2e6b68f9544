// Suggestions while somebody types: recipients in an input, @colleagues in a note, /ready answers in both texts.
import { caretOf } from "./caret.js";
import { csrf } from "./page.js";

const PAUSE = 120;
const list = Object.assign(document.createElement("ul"), { className: "suggestions", role: "listbox", id: "suggestions", hidden: true });
let open = null; // {caret, length, element, rows, at}
let timer = null;

/** What is asked for at the caret: [address, words, length to replace], or null. */
function wanted({ field, before }) {
  const text = before();
  const { suggestPeople, suggestColleagues, suggestCanned } = field.form?.dataset ?? {};
  if (field.matches("[data-suggest=people]")) return ((word) => word.length > 1 && [suggestPeople, word, word.length])(text.match(/[^,;\s]*$/)[0]);
  const at = field.dataset.draft === "note" && text.match(/(?:^|\s)@([^\s@]{0,30})$/);
  if (at) return [suggestColleagues, at[1], at[1].length + 1];
  const slash = field.dataset.draft && text.match(/(?:^|\s)\/([^\s/]{0,30})$/);
  return slash ? [suggestCanned, slash[1], slash[1].length + 1] : null;
}

function close() {
  open?.element.removeAttribute("aria-activedescendant");
  open = null;
  list.hidden = true;
}

function mark(at) {
  open.at = (at + open.rows.length) % open.rows.length;
  [...list.children].forEach((row, place) => row.setAttribute("aria-selected", String(place === open.at)));
  list.children[open.at].scrollIntoView({ block: "nearest" });
  open.element.setAttribute("aria-activedescendant", `suggestion-${open.at}`);
}

async function look(element, caret) {
  const asked = wanted(caret);
  if (!asked || !asked[0]) return close();
  const answer = await fetch(`${asked[0]}?q=${encodeURIComponent(asked[1])}`).catch(() => null);
  const rows = answer?.ok && !answer.redirected ? (await answer.json()).rows : [];
  if (!rows.length || !element.isConnected) return close();
  open = { caret, element, rows, length: asked[2], at: 0 };
  list.replaceChildren(...rows.map(({ label, note }, place) => {
    const row = Object.assign(document.createElement("li"), { id: `suggestion-${place}`, role: "option", className: "suggestions__row" });
    row.append(Object.assign(document.createElement("b"), { textContent: label }), Object.assign(document.createElement("span"), { textContent: note ?? "" }));
    return row;
  }));
  element.closest("form").append(list);
  list.hidden = false;
  mark(0);
}

function choose() {
  const { caret, rows, at, length } = open;
  const { insert, used } = rows[at];
  close();
  caret.replace(length, insert);
  if (used) fetch(used, { method: "POST", headers: { "X-CSRFToken": csrf() } });
}

document.addEventListener("input", ({ target }) => {
  const element = target.closest?.("[data-suggest], textarea[data-draft], .rich__text");
  if (!element) return;
  clearTimeout(timer);
  timer = setTimeout(() => look(element, caretOf(element)), PAUSE);
});
document.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!open || event.isComposing || !(step || ["Enter", "Tab", "Escape"].includes(event.key))) return;
  event.preventDefault();
  event.stopPropagation();
  if (step) mark(open.at + step);
  else if (event.key === "Escape") close();
  else choose();
}, true);
list.addEventListener("pointerdown", (event) => {
  const row = event.target.closest("[role=option]");
  if (!row) return;
  event.preventDefault();
  mark([...list.children].indexOf(row));
  choose();
});
document.addEventListener("focusout", ({ target }) => open?.element === target && close());
