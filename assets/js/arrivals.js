// A message that comes while somebody writes is announced beside their text; nothing moves under their hands.
import { words } from "./page.js";

const messages = () => [...document.querySelectorAll('#log > li[id^="message-"]')];
const place = () => document.querySelector("[data-arrivals]");
const isWriting = () =>
  [...document.querySelectorAll("[data-composer] [data-draft]")].some((field) => field === document.activeElement || field.value?.trim());
let known = new Set(messages().map((message) => message.id));
let waiting = [];
let isOurs = false;

function announce() {
  const box = place();
  if (!box) return;
  waiting = waiting.filter((id) => document.getElementById(id));
  if (!waiting.length) return box.replaceChildren();
  const button = Object.assign(document.createElement("button"), { type: "button", className: "button button--small" });
  button.textContent = waiting.length === 1 ? words("newMessage") : words("newMessages", { n: waiting.length });
  button.onclick = () => {
    document.getElementById(waiting[0])?.scrollIntoView({ block: "start" });
    waiting = [];
    announce();
  };
  box.replaceChildren(button);
}

document.addEventListener("part:done", ({ target, detail }) => target.matches("[data-composer]") && (isOurs = detail.ok));
document.addEventListener("page:shown", () => {
  known = new Set(messages().map((message) => message.id));
  waiting = [];
});
document.addEventListener("part:taken", () => {
  const fresh = messages().map((message) => message.id).filter((id) => !known.has(id));
  known = new Set(messages().map((message) => message.id));
  waiting = isOurs || !isWriting() ? [] : [...waiting, ...fresh];
  if (isOurs || fresh.length) announce();
  isOurs = false;
});
