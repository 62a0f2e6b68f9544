// data-confirm="Merge 4826 into 4821?" on a button or a form asks first; data-dialog="id" opens a dialog of the page.
import { words } from "./page.js";

const button = (text, css, value) => Object.assign(document.createElement("button"), { textContent: text, className: `button ${css}`, value });

function ask(question, answer) {
  const dialog = Object.assign(document.createElement("dialog"), { className: "dialog" });
  const title = Object.assign(document.createElement("h2"), { textContent: question, id: "question" });
  const form = Object.assign(document.createElement("form"), { method: "dialog", className: "dialog__foot" });
  form.append(button(words("cancel"), "", ""), button(answer || words("goOn"), "button--main", "yes"));
  dialog.setAttribute("aria-labelledby", "question");
  dialog.append(title, form);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) =>
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    }),
  );
}

const asked = new WeakSet();

// In the capturing phase, so that no other listener sends what was not confirmed.
document.addEventListener(
  "submit",
  async (event) => {
    const { target: form, submitter } = event;
    const source = submitter?.dataset.confirm ? submitter : form;
    if (!source.dataset.confirm || asked.delete(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!(await ask(source.dataset.confirm, submitter?.textContent.trim()))) return;
    asked.add(form);
    form.requestSubmit(submitter);
  },
  true,
);

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  if (dialog) {
    event.preventDefault();
    dialog.showModal();
  }
  event.target.closest("[data-dialog-close]")?.closest("dialog").close();
});

document.addEventListener("htmx:confirm", async (event) => {
  if (!event.detail.ctx?.confirm) return;
  event.preventDefault();
  const { issueRequest, dropRequest } = event.detail;
  (await ask(event.detail.ctx.confirm)) ? issueRequest() : dropRequest();
});
