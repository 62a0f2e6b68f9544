// <time data-countdown datetime>: how many seconds until a reply leaves.
import { arriving, words } from "./page.js";

function tick(place) {
  if (!place.isConnected) return;
  const left = Math.ceil((new Date(place.dateTime) - Date.now()) / 1000);
  place.textContent = left > 0 ? words("leavesIn", { n: left }) : words("leaving");
  if (left > 0) setTimeout(() => tick(place), 500);
}

arriving("[data-countdown]", tick);
