// htmx as this house uses it: no swap for our own faults, the token on every request, plain words when the line breaks.
import htmx from "htmx.org";
import { csrf, words } from "./page.js";
import { isElsewhere } from "./parts.js";
import { toast } from "./toast.js";

Object.assign(htmx.config, {
  noSwap: [204, 304, 401, 403, 404, 429, "5xx"],
  history: false, // pages.js looks after it
  includeIndicatorCSS: false,
});

document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  ctx.request.headers["X-CSRFToken"] = csrf();
});

// A redirect to another page (mostly the sign-in) is followed by the reader, not pasted into a part. That of a part which loads by
// itself is not followed: nobody asked for it, and somebody may be writing.
document.addEventListener("htmx:before:response", (event) => {
  const { ctx } = event.detail;
  if (!isElsewhere(ctx.response.raw) || (ctx.push && ctx.push !== "false")) return;
  event.preventDefault();
  if (!ctx.sourceElement.matches('[hx-trigger="load"]')) location.assign(ctx.response.raw.url);
});

document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
  const { status } = ctx.response;
  if (status !== 409 && status !== 422) toast(words("refused", { status }), { isBad: true });
});

document.addEventListener("htmx:error", () => toast(words("offline"), { isBad: true }));
