// A page may outlive its session, or the token of its forms: somebody signed out, or in again, in another tab.
import { csrf } from "./page.js";

const PAGE = { headers: { Accept: "text/html", "X-Ahead": "1" } };

/** Asks again who is signed in: {isSignedOut, url: where to sign in}; a newer token is taken over by the page and its forms. */
export async function lookAgain() {
  const answer = await fetch(location.href, PAGE);
  if (answer.redirected && new URL(answer.url).pathname === "/sign-in") return { isSignedOut: true, url: answer.url };
  const token = new DOMParser().parseFromString(await answer.text(), "text/html").body.dataset.csrf;
  if (!answer.ok || !token) return { isSignedOut: false, isNew: false };
  document.body.dataset.csrf = token;
  document.querySelectorAll("input[name=csrfmiddlewaretoken]").forEach((field) => (field.value = token));
  return { isSignedOut: false, isNew: true };
}

/** Posts a form's data; once more with a newer token when that was what was wrong. The sign-in is the answer of whoever is signed out. */
export async function post(url, body) {
  const send = () => fetch(url, { method: "POST", body, headers: { "X-CSRFToken": csrf() } });
  const answer = await send();
  if (answer.status !== 403) return answer;
  const now = await lookAgain();
  if (now.isSignedOut) return { ok: false, redirected: true, status: 401, url: now.url, text: async () => "", json: async () => null };
  if (!now.isNew) return answer;
  body.set("csrfmiddlewaretoken", csrf());
  return send();
}
