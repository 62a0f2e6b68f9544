// A search that answers while one types: <form data-seek="#part">. The address answers that part alone to a script.
const PAUSE = 180;
let timer = null;
let asked = 0;

async function seek(form) {
  const target = document.querySelector(form.dataset.seek);
  const mine = ++asked;
  const url = new URL(form.dataset.seekUrl ?? form.action ?? location.href, location.href);
  url.search = new URLSearchParams(new FormData(form));
  target?.setAttribute("aria-busy", "true");
  const answer = await fetch(url, { headers: { "X-Live": "1" } }).catch(() => null);
  if (mine !== asked || !target?.isConnected) return;
  target.removeAttribute("aria-busy");
  if (!answer?.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const found = page.querySelector(form.dataset.seek);
  if (found) target.replaceWith(found);
  // what is taken out as a file is what is shown
  for (const leaving of document.querySelectorAll("form[data-leaves]")) {
    const to = new URL(leaving.action);
    to.search = url.search;
    leaving.action = to;
  }
}

const later = ({ target }) => {
  const form = target.closest?.("form[data-seek]");
  if (!form) return;
  clearTimeout(timer);
  timer = setTimeout(seek, PAUSE, form);
};
document.addEventListener("input", later);
document.addEventListener("change", later);
