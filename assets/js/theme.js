// Theme and width of the navigation: shown at once, kept on the person, of a stranger in a cookie.
import { csrf } from "./page.js";

const YEAR = 365 * 24 * 3600;

function keep(name, value) {
  const { preferencesUrl } = document.body.dataset;
  if (name === "theme") document.cookie = `olmo_theme=${value}; path=/; max-age=${value && !preferencesUrl ? YEAR : 0}; samesite=lax`;
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
  keep("theme", theme);
});

document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-nav-narrow]")) keep("nav", target.checked ? "narrow" : "wide");
});
