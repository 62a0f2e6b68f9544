// The next page of a list arrives when its end comes into sight; without scripts the link leads there.
import { arriving, say, words } from "./page.js";
import { read } from "./parts.js";

const AHEAD = "900px"; // before the reader is there

/** Puts the groups of a further page behind those that are there; a group that goes on is one group. */
function append(list, further) {
  const titles = [...list.querySelectorAll(".list > .group")];
  let title = titles.at(-1)?.textContent ?? "";
  for (const part of [...further.querySelector(".list").children]) {
    if (part.matches(".group") && part.textContent !== title) list.querySelector(".list").append(part);
    if (part.matches(".group")) title = part.textContent;
    if (part.matches("ul")) add(list, part);
  }
}

function add(list, rows) {
  const fresh = [...rows.children].filter((row) => !document.getElementById(row.id));
  const last = list.querySelector(".list").lastElementChild;
  if (last?.matches("ul")) last.append(...fresh);
  else {
    rows.replaceChildren(...fresh);
    list.querySelector(".list").append(rows);
  }
}

async function follow(link) {
  const list = link.closest("[data-list]");
  const answer = await fetch(link.href, { headers: { "X-Live": "1" } }).catch(() => null);
  const further = answer?.ok && !answer.redirected && read(await answer.text()).getElementById(list.id);
  if (!further || !link.isConnected) return;
  list.dataset.longer = ""; // looking again would only bring its beginning
  append(list, further);
  const next = further.querySelector(".pages [rel=next]");
  if (next) link.replaceWith(next);
  else link.closest(".pages").remove();
  say(words("longer", { n: list.querySelectorAll(".row").length }));
}

const watch = new IntersectionObserver(
  (seen) => seen.filter((entry) => entry.isIntersecting).forEach(({ target }) => (watch.unobserve(target), follow(target))),
  { rootMargin: AHEAD },
);

arriving("[data-list] .pages [rel=next]:not([data-by-hand])", (link) => watch.observe(link));
