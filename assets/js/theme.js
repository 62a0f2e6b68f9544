// Theme and width of the navigation: shown at once, kept in a cookie, told to the server where it wants to know.
import { csrf } from "./page.js";

const YEAR = 365 * 24 * 3600;

function keep(name, cookie, value) {
  document.cookie = `${cookie}=${value}; path=/; max-age=${value ? YEAR : 0}; samesite=lax`;
  const { preferencesUrl } = document.body.dataset;
  if (!preferencesUrl) return;
  const headers = { "X-CSRFToken": csrf() };
  fetch(preferencesUrl, { method: "POST", body: new URLSearchParams({ [name]: value }), headers, keepalive: true }).catch(() => {});
}

document.addEventListener("click", (event) => {
  const choice = event.target.closest("[data-set-theme]");
  if (!choice) return;
  event.preventDefault();
  const theme = choice.dataset.setTheme;
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  keep("theme", "olmo_theme", theme);
});

document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-nav-narrow]")) keep("nav", "olmo_nav", target.checked ? "narrow" : "wide");
});
