// <details data-menu>: one open at a time, arrows move, Escape and a click elsewhere close, never outside the window.
const OWN = "select, textarea, [type=radio], [type=number], [type=date], [type=time], [type=datetime-local]"; // the arrows are theirs
const menu = (of) => of.querySelector(":scope > .menu");
const items = (of) => [...menu(of).querySelectorAll(".menu__item, input, select, textarea, .button")].filter((item) => item.checkVisibility());
const close = (of, isBack = false) => {
  of.open = false;
  if (isBack) of.querySelector(":scope > summary").focus();
};

/** Keeps an open menu inside the window. */
export function place(of) {
  of.classList.remove("menu-of--flip-end", "menu-of--flip-up");
  const box = menu(of).getBoundingClientRect();
  const isRightward = document.dir !== "rtl";
  if (isRightward ? box.right > innerWidth : box.left < 0) of.classList.add("menu-of--flip-end");
  if (box.bottom > innerHeight && of.getBoundingClientRect().top > box.height) of.classList.add("menu-of--flip-up");
  else menu(of).scrollIntoView({ block: "nearest" });
}

document.addEventListener(
  "toggle",
  ({ target: of }) => {
    if (!of.matches?.("[data-menu]") || !of.open) return;
    document.querySelectorAll("[data-menu][open]").forEach((other) => other.contains(of) || close(other));
    place(of);
    menu(of).querySelector("[data-find]")?.focus();
  },
  true,
);

document.addEventListener("click", ({ target }) => {
  document.querySelectorAll("[data-menu][open]").forEach((of) => of.contains(target) || close(of));
});

document.addEventListener("keydown", (event) => {
  const of = event.target.closest("[data-menu][open]");
  if (!of) return;
  if (event.key === "Escape") {
    event.stopPropagation();
    return close(of, true);
  }
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  if (event.target.matches(OWN)) return;
  event.preventDefault();
  const all = items(of);
  const step = event.key === "ArrowDown" ? 1 : -1;
  all.at((all.indexOf(event.target) + step) % all.length)?.focus();
});

// A long menu can be searched: <input data-find>.
document.addEventListener("input", ({ target }) => {
  if (!target.matches("[data-find]")) return;
  const wanted = target.value.trim().toLocaleLowerCase();
  for (const item of target.closest(".menu").querySelectorAll(".menu__item")) item.hidden = !item.textContent.toLocaleLowerCase().includes(wanted);
});
