// Times tick: "5 m ago" and "41 m left" each minute, what is due within ten minutes each 15 seconds.
// The same rules as olmo/kernel/spoken.py; what lies beyond half a day keeps the server's words.
import { words } from "./page.js";
import { workLeft } from "./work-left.js";

const MINUTE = 60000;
const HOUR = 60 * MINUTE;
const HALF_DAY = 12 * HOUR;
const isToday = (stamp) => new Date(stamp).toDateString() === new Date().toDateString();
const two = (n) => String(n).padStart(2, "0");
const hours = (name, span) => words(name, { hours: Math.floor(span / HOUR), minutes: two(Math.floor((span % HOUR) / MINUTE)) });

function ago(passed) {
  if (passed < MINUTE) return words("now");
  if (passed < HOUR) return words("minutesAgo", { n: Math.floor(passed / MINUTE) });
  return passed < HALF_DAY ? words("hoursAgo", { n: Math.floor(passed / HOUR) }) : null;
}

function left(span) {
  if (span >= HALF_DAY || span <= -2 * HALF_DAY) return [null, null];
  if (span < 0) return ["late", -span < HOUR ? words("minutesLate", { n: Math.max(1, Math.floor(-span / MINUTE)) }) : hours("hoursLate", -span)];
  if (span < HOUR) return ["soon", words("minutesLeft", { n: Math.max(1, Math.floor(span / MINUTE)) })];
  return ["run", hours("hoursLeft", span)];
}

function turn(clock, state) {
  if (clock.dataset.state === state) return;
  clock.dataset.state = state;
  const broken = document.getElementById("words")?.content.firstElementChild;
  if (state === "late" && broken) clock.querySelector(".ring")?.replaceWith(broken.cloneNode(true));
}

function tick() {
  const now = Date.now();
  let isClose = false;
  for (const time of document.querySelectorAll("time[data-ago]")) {
    const text = ago(now - Date.parse(time.dateTime));
    if (text && text !== time.textContent) time.textContent = text;
  }
  for (const clock of document.querySelectorAll("time[data-due]")) {
    const span = Date.parse(clock.dateTime) - now;
    isClose ||= Math.abs(span) < 10 * MINUTE;
    const [state, text] = clock.dataset.spans && span > 0 ? workLeft(clock, now) : left(span);
    // Tomorrow morning is said as a day, although it may be only hours away.
    if (!text || (state === "run" && !clock.dataset.spans && !isToday(clock.dateTime))) continue;
    turn(clock, state);
    clock.lastElementChild.textContent = text;
  }
  setTimeout(tick, isClose ? MINUTE / 4 : MINUTE - (now % MINUTE));
}

// The whole moment, in the reader's own way of writing, once somebody points at a time of a list.
document.addEventListener("pointerover", ({ target }) => {
  const time = target.closest?.("time[datetime]:not([title])");
  if (!time) return;
  time.title = new Date(time.dateTime).toLocaleString(document.documentElement.lang, { dateStyle: "full", timeStyle: "short" });
});

tick();
