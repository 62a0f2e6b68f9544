// The last message of the requester, quoted into the reply on demand. <button data-quote="address">.
document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-quote]");
  if (!button) return;
  const answer = await fetch(button.dataset.quote).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const { text } = await answer.json();
  const field = button.form.querySelector('[data-draft="reply"]');
  field.value = `${field.value.trimEnd()}\n\n${text}\n\n`.trimStart();
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
});
