// What every module needs: the page's words, its token, its polite voice, and elements that arrive later.
document.documentElement.dataset.script = "";

/** A sentence of the page in the reader's language: words("minutesLeft", { n: 5 }). */
export const words = (name, values = {}) =>
  (document.getElementById("words")?.dataset[name] ?? "").replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");

/** The cross-site token that every POST carries. */
export const csrf = () => document.body.dataset.csrf ?? "";

/** Says a sentence to screen readers, without moving anybody. */
export function say(sentence) {
  const voice = document.getElementById("voice");
  if (voice) voice.textContent = sentence;
}

/** Whether an element can be seen. */
export const isShown = (element) => element.checkVisibility({ visibilityProperty: true });

/** Whether keys typed into this element are text. */
export const isText = (element) =>
  Boolean(element.closest?.("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio])"));

const arrivals = [];

/** Binds every present and later element that matches, once: a page that is shown again is bound already. */
export function arriving(selector, bind) {
  const bound = new WeakSet();
  const once = (element) => !bound.has(element) && bound.add(element) && bind(element);
  arrivals.push([selector, once]);
  document.querySelectorAll(selector).forEach(once);
}

function arrive(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) return;
  for (const [selector, bind] of arrivals) {
    if (node.matches(selector)) bind(node);
    node.querySelectorAll(selector).forEach(bind);
  }
}

new MutationObserver((changes) => changes.forEach((change) => change.addedNodes.forEach(arrive))).observe(
  document.documentElement,
  { childList: true, subtree: true },
);

arriving("[data-focus]", (element) => element.focus());
