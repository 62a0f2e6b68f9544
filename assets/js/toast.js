// Toasts: printed by the server (Django's messages), by toast(...), or by an HX-Trigger header {"toast": {"text": "..."}}.
// They go by themselves after a while, unless somebody points at them, they are bad news, or can be undone.
import { arriving, words } from "./page.js";

const STAY = 8000;

/** Shows a sentence about what just happened. */
export function toast(text, { isBad = false } = {}) {
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
  if (box.matches(".toast--bad, :has(form)")) return;
  const leave = () => (box.matches(":hover, :focus-within") ? setTimeout(leave, STAY / 2) : box.remove());
  setTimeout(leave, STAY);
});

document.addEventListener("click", (event) => event.target.closest("[data-toast-close]")?.closest(".toast").remove());
document.addEventListener("toast", (event) => toast(event.detail.text, { isBad: event.detail.bad }));
