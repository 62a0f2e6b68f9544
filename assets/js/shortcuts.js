// data-key="c" on a control gives it a key; "?" lists the keys. data-shortcuts="off" on <body> silences all of them.
import { isText } from "./page.js";

const named = (key) => [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)];
const isThere = (control) => control.checkVisibility({ visibilityProperty: true }) && !control.closest("dialog:not([open])");

function use(control) {
  if (control.matches("input[type=radio]")) {
    control.click();
    [...control.form.querySelectorAll("textarea")].find((field) => field.checkVisibility())?.focus();
  } else if (control.matches("input, textarea")) {
    control.focus();
    control.select();
  } else control.click();
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.body.dataset.shortcuts === "off" || isText(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "?") document.getElementById("shortcuts")?.showModal();
  const control = named(event.key).find(isThere);
  if (!control) return;
  event.preventDefault();
  use(control);
});
