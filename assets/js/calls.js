// A call: its time ticks from the moment that the page says, people are found and chosen without the mouse, and two keys end it.
import { arriving } from "./page.js";

const two = (n) => String(n).padStart(2, "0");

function spoken(seconds) {
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), Math.floor(seconds % 60)];
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

// data-ticking="2026-03-02T09:00:00Z" [data-ticked="90"]: seconds since then, and those before; without a moment it stands still.
arriving("[data-ticking]", (timer) => {
  const tick = () => {
    if (!timer.isConnected) return;
    const { ticking, ticked } = timer.dataset;
    const since = ticking ? Math.max(0, (Date.now() - Date.parse(ticking)) / 1000) : 0;
    timer.lastElementChild.textContent = spoken(since + Number(ticked ?? 0));
    setTimeout(tick, 1000 - (Date.now() % 1000));
  };
  tick();
});

// A reload goes on counting from when the form was first opened.
arriving("[data-call]", (form) => {
  const url = new URL(location.href);
  if (url.searchParams.has("began_at")) return;
  url.searchParams.set("began_at", form.elements.began_at.value);
  history.replaceState(history.state, "", url);
});

// In the field that finds people, arrows go through those who were found, and Enter takes the first.
document.addEventListener("keydown", (event) => {
  const finding = event.target.closest?.("[data-finding]");
  if (!finding) return;
  const all = [...finding.querySelectorAll(".picks button")];
  const at = all.indexOf(event.target);
  if (event.key === "Enter" && event.target.matches("input") && all.length) {
    event.preventDefault();
    all[0].click();
  } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && all.length) {
    event.preventDefault();
    const next = at + (event.key === "ArrowDown" ? 1 : -1);
    (next < 0 ? finding.querySelector("input") : all[Math.min(next, all.length - 1)]).focus();
  }
});

document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("[data-call]");
  if (!form || event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  form.requestSubmit(form.querySelector(`[data-send-call="${event.shiftKey ? "solved" : "open"}"]`));
});

document.addEventListener("change", ({ target }) => target.dataset?.presses && target.value && document.querySelector(target.dataset.presses)?.click());
