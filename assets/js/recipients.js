// The send button names its readers: "Send to Giulia + 2" while copies are typed into [data-recipients].
document.addEventListener("input", ({ target: field }) => {
  if (!field.matches("[data-recipients]")) return;
  const copies = field.value.split(/[\s,;]+/).filter(Boolean).length;
  const button = field.form.querySelector("[data-recipient-words]");
  if (button) button.textContent = button.dataset.recipientWords + (copies ? ` + ${copies}` : "");
});
