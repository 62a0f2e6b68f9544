// Who changes which property of the ticket, or is about to act on it: a soft lock, which stops nobody.
import { mark, sentence, short } from "./presence-marks.js";

/** Says it at the property or the tool, and in its form once that stands open. */
export function showField(noun, who) {
  const of = document.querySelector(`:is(#panel, #ticket-head) details[data-from$="/${noun}"]`);
  if (!of) return;
  const words = sentence(who, "isChangingThis");
  const put = (made) => ((made.dataset.hereField = noun), made);
  if (!of.parentElement.querySelector(`:scope > [data-here-field="${noun}"]`)) of.after(put(mark(words, who[2], of.closest("#panel") ? "" : short(who[1]))));
  const form = of.open && of.querySelector(".menu form");
  if (form && !form.querySelector("[data-here-field]")) form.prepend(put(mark(words, who[2])));
}
