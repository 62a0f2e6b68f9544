// The live stream says only "look again". One stream per browser: the tab that holds the lock listens and tells the others.
// <body data-live-token-url data-live-key [data-live-url]>; parts: data-live="ticket:12", "list" or both, with an id.
import { ring } from "./bell.js";
import { look } from "./look-again.js";
import { began, heard } from "./presence.js";

const { liveTokenUrl, liveUrl, liveKey } = document.body.dataset;
const channel = new BroadcastChannel(`olmo-live-${liveKey}`);
const FIRST = 1000;
const LONGEST = 30000;
const FRESH = 45000; // the address in the page is signed for 60 s
let pause = FIRST;
let firstUrl = liveUrl;

function tell(tickets) {
  channel.postMessage(tickets);
  look(tickets);
}

/** {"tickets": [12, 14]} -> [12, 14]; anything else means "everything may have changed" (null). */
function read(text) {
  try {
    const { tickets } = JSON.parse(text);
    return Array.isArray(tickets) ? tickets.map(String) : null;
  } catch {
    return null;
  }
}

async function address() {
  if (firstUrl && performance.now() < FRESH) return firstUrl;
  const answer = await fetch(liveTokenUrl, { headers: { Accept: "application/json" } });
  if (answer.redirected || answer.status === 401 || answer.status === 403) return null;
  return (await answer.json()).url;
}

/** Listens until the stream breaks; false when this person may not listen any more. */
async function listen() {
  const url = await address();
  firstUrl = null;
  if (!url) return false;
  const stream = new EventSource(url);
  stream.onopen = () => {
    if (pause > FIRST) tell(null), ring();
    began();
    pause = FIRST;
    document.documentElement.dataset.live = "on";
  };
  for (const kind of ["message", "changed"]) stream.addEventListener(kind, (event) => tell(read(event.data)));
  stream.addEventListener("here", (event) => heard(JSON.parse(event.data)));
  stream.addEventListener("bell", ring);
  await new Promise((broken) => (stream.onerror = broken));
  stream.close();
  delete document.documentElement.dataset.live;
  return true;
}

async function keepListening() {
  while (await listen().catch(() => true)) {
    await new Promise((done) => setTimeout(done, pause * (0.75 + Math.random() / 2)));
    pause = Math.min(pause * 2, LONGEST);
  }
}

if (liveTokenUrl) {
  channel.onmessage = (event) => look(event.data);
  if (navigator.locks) navigator.locks.request(`olmo-live-${liveKey}`, keepListening);
  else keepListening();
}
