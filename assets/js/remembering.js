// The palette begins with the tickets that were open last.
import { remember } from "./palette-options.js";

function note() {
  const url = document.querySelector("[data-ticket-url]")?.dataset.ticketUrl;
  if (url) remember(Number(url.split("/").at(-1)));
}

document.addEventListener("page:shown", note);
note();
