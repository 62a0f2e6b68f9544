// Toasts: printed by the server (Django's messages), by toast(...), or by an HX-Trigger header {"toast": {"text": "..."}}.
// They go by themselves after a while, unless somebody points at them or they are bad news; what can be undone stays longer.
import { arriving, isText, words } from "./page.js";

const STAY = 8000;
const LONGER = 30000;

/** Shows a sentence about what just happened. */
export function toast(text, { isBad = false } = {}) {
  const same = [...document.querySelectorAll(".toast > span")].find((said) => said.textContent === text);
  same?.parentElement.remove(); // said again, not twice
  const box = document.createElement("div");
  box.className = isBad ? "toast toast--bad" : "toast";
  box.setAttribute("role", isBad ? "alert" : "status");
  const close = document.createElement("button");
  Object.assign(close, { type: "button", className: "button button--small", textContent: words("close") });
  close.dataset.toastClose = "";
  const sentence = document.createElement("span");
  sentence.textContent = text;
  box.append(sentence, close);
  document.getElementById("toasts")?.append(box);
}

arriving(".toast", (box) => {
  if (box.matches(".toast--bad")) return;
  const stay = box.querySelector("form") ? LONGER : STAY; // the ticket's log offers Undo for an hour
  const leave = () => (box.matches(":hover, :focus-within") ? setTimeout(leave, STAY / 2) : box.remove());
  setTimeout(leave, stay);
});

document.addEventListener("click", (event) => event.target.closest("[data-toast-close]")?.closest(".toast").remove());
document.addEventListener("keydown", (event) => {
  if (event.key !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey || isText(event.target)) return;
  const undo = [...document.querySelectorAll(".toast form button")].at(-1);
  if (!undo) return;
  event.preventDefault();
  undo.click();
});
document.addEventListener("toast", (event) => toast(event.detail.text, { isBad: event.detail.bad }));
