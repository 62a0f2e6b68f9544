// <button data-copy="id" data-copied="Copied">: puts the text of that element into the clipboard, and says so.
import { toast } from "./toast.js";

document.addEventListener("click", async ({ target }) => {
  const button = target.closest?.("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.textContent);
    toast(button.dataset.copied);
  } catch {
    getSelection().selectAllChildren(source); // no clipboard here: it is one key away
    source.focus();
  }
});
