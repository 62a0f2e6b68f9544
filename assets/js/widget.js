// The help of an organisation on a page of its own intranet: <script defer src=".../widget.js" data-key="..." data-language="it">.
// A button opens a frame of ours. The frame has no scripts and no cookies, and neither page can read the other.
const tag = document.currentScript;
const language = (tag.dataset.language || document.documentElement.lang || "en").slice(0, 2) === "it" ? "it" : "en";
const said = { en: { open: "Help", close: "Close the help" }, it: { open: "Aiuto", close: "Chiudi l’aiuto" } }[language];

const LOOK = `
:host { all: initial; color-scheme: light dark; font: 1rem/1.4 system-ui, sans-serif; }
button { font: inherit; cursor: pointer; min-height: 2.75rem; padding: 0 1.1rem; border-radius: 1.4rem; border: 1px solid light-dark(#2d5f3f, #8fd3a7); background: light-dark(#2d5f3f, #8fd3a7); color: light-dark(#fff, #171a16); }
button:focus-visible { outline: 3px solid light-dark(#1a4f9c, #9cc4ff); outline-offset: 2px; }
.open { position: fixed; inset-block-end: 1rem; inset-inline-end: 1rem; z-index: 2147483000; }
.panel { position: fixed; inset-block-end: 4.5rem; inset-inline-end: 1rem; z-index: 2147483000; display: grid; grid-template-rows: auto 1fr; gap: .5rem; padding: .5rem; box-sizing: border-box; inline-size: min(26rem, calc(100vw - 2rem)); block-size: min(38rem, calc(100vh - 6rem)); background: light-dark(#fbfaf5, #171a16); border: 1px solid light-dark(#8a8a80, #77786f); border-radius: .6rem; }
.panel[hidden] { display: none; }
.panel button { justify-self: end; min-height: 2rem; padding: 0 .8rem; }
iframe { border: 0; inline-size: 100%; block-size: 100%; color-scheme: light dark; }
@media (forced-colors: active) { button { border-color: ButtonText; } }`;

const host = document.createElement("div");
const root = host.attachShadow({ mode: "open" });
const sheet = new CSSStyleSheet();
sheet.replaceSync(LOOK);
root.adoptedStyleSheets = [sheet];

const make = (name, set) => Object.assign(document.createElement(name), set);
const opener = make("button", { type: "button", className: "open", textContent: said.open });
const panel = make("section", { id: "panel", className: "panel", hidden: true });
const closer = make("button", { type: "button", textContent: said.close });
opener.setAttribute("aria-expanded", "false");
panel.setAttribute("role", "dialog");
panel.setAttribute("aria-label", said.open);
panel.append(closer);
root.append(opener, panel);

function show(isOpen) {
  if (isOpen && !panel.querySelector("iframe")) {
    const frame = make("iframe", { title: said.open, referrerPolicy: "no-referrer" });
    frame.setAttribute("sandbox", "allow-forms allow-popups allow-popups-to-escape-sandbox");
    frame.src = new URL(`/widget/${tag.dataset.key}?lang=${language}`, tag.src).href;
    panel.append(frame);
  }
  panel.hidden = !isOpen;
  opener.setAttribute("aria-expanded", String(isOpen));
  (isOpen ? closer : opener).focus();
}

opener.addEventListener("click", () => show(panel.hidden));
closer.addEventListener("click", () => show(false));
root.addEventListener("keydown", (event) => event.key === "Escape" && !panel.hidden && show(false));
// A page that names it twice (a layout and a page of its own, say) has one button all the same.
host.dataset.olmoHelp = tag.dataset.key;
const isHere = [...document.querySelectorAll("[data-olmo-help]")].some((one) => one.dataset.olmoHelp === tag.dataset.key);
if (!isHere) document.body.append(host);
