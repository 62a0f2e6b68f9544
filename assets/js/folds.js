// Groups of the navigation stay open or folded as the reader left them: a cookie says so, and the server prints it.
const YEAR = 365 * 24 * 3600;
const kept = () => document.cookie.match(/(?:^|; )olmo_nav=([^;]*)/)?.[1].split(".") ?? [];

document.addEventListener("click", (event) => {
  const group = event.target.closest("[data-fold] > summary")?.parentElement;
  if (!group) return;
  const { fold } = group.dataset;
  const others = kept().filter((word) => word && word.slice(0, -1) !== fold);
  const words = [...others, `${fold}${group.open ? "-" : "+"}`]; // it turns after this click
  document.cookie = `olmo_nav=${words.join(".")}; path=/; max-age=${YEAR}; samesite=lax`;
});
