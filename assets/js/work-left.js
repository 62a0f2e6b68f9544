// Working time that is left of a promise: its clock names the next working spans up to the due time, and what lies beyond them.
import { words } from "./page.js";

const MINUTE = 60000;
const HOUR = 60 * MINUTE;

// State and words of a clock that runs. Its state is the server's until the promise is broken: it knows how much was promised.
export function workLeft(clock, now) {
  let left = Number(clock.dataset.beyond) * 1000;
  for (const span of clock.dataset.spans.split(" ")) {
    const [start, end] = span.split("-").map((second) => Number(second) * 1000);
    left += Math.max(0, end - Math.max(start, now));
  }
  const minutes = Math.floor(left / MINUTE);
  if (left < HOUR) return [clock.dataset.state, words("minutesLeft", { n: Math.max(1, minutes) })];
  return [clock.dataset.state, words("workLeft", { hours: Math.floor(minutes / 60), minutes: String(minutes % 60).padStart(2, "0") })];
}
