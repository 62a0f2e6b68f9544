// The send button names its readers: "Send to Giulia + 2", as addresses are typed into [data-recipients].
import { arriving } from "./page.js";

const named = (field) => field?.value.split(/[\s,;]+/).filter(Boolean) ?? [];

document.addEventListener("input", ({ target: field }) => {
  if (!field.matches("[data-recipients]")) return;
  const button = field.form.querySelector("[data-recipient-words]");
  if (!button) return;
  const { recipientWords, recipientOwn, recipientFirst } = button.dataset;
  const to = named(field.form.elements.to);
  const first = !to[0] || to[0].toLowerCase() === recipientOwn.toLowerCase() ? recipientFirst : to[0];
  const others = Math.max(0, to.length - 1) + named(field.form.elements.cc).length;
  button.textContent = recipientWords.replace("{name}", first) + (others ? ` + ${others}` : "");
});

// The same for a partner: <select data-partner>, whose options have their data-name.
function nameOf(field) {
  const button = field.form.querySelector("[data-partner-words]");
  const name = field.selectedOptions[0]?.dataset.name;
  if (button && name) button.lastElementChild.textContent = button.dataset.partnerWords.replace("{name}", name);
}
arriving("[data-partner]", nameOf);
document.addEventListener("change", ({ target }) => target.matches("[data-partner]") && nameOf(target));
