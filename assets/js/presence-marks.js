// How somebody at a ticket is shown.
import { words } from "./page.js";

const WORDS = { read: "isReading", reply: "isReplying", note: "isNoting", partner: "isAsking", change: "isChanging" };

export const kind = (doing) => doing.split(":")[0];
export const short = (name) => name.split(" ").filter(Boolean).map((word) => word[0]).filter((_, at, all) => !at || at === all.length - 1).join("");
const drawing = (name) => document.getElementById("words")?.content.querySelector(`.icon:has([href$="#i-${name}"])`)?.cloneNode(true) ?? "";
const part = (text, css, attributes = {}) => Object.assign(document.createElement("span"), { textContent: text, className: css, ...attributes });

/** Somebody at a ticket, drawn: what they do, in words or by their initials. */
export function mark(sentence, doing, brief = "") {
  const isReading = doing === "read";
  const made = part("", isReading ? "presence" : "presence presence--writing", { title: sentence });
  const initials = part(brief, "", { ariaHidden: "true" });
  made.append(drawing(isReading ? "eye" : "pen"), ...(brief ? [initials, part(sentence, "visually-hidden")] : [part(sentence, "")]));
  return made;
}

export const sentence = ([, name, doing], word = WORDS[kind(doing)]) => words(word, { name });
