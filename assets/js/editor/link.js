// The small form of a link in the toolbar: an address, set or removed; Enter sets, Escape goes back to the text.
const SCHEME = /^(?:[a-z][a-z0-9+.-]*:|\/|#)/i;
const SAFE = /^(?:https?|mailto|tel):/i;

/** An address as it was meant: `example.org` is a web address, `a@b.example` one of mail; "" when it is no such thing. */
export function meant(text) {
  const address = text.trim();
  if (!address) return "";
  if (SCHEME.test(address)) return SAFE.test(address) ? address : "";
  return /^[^\s@/]+@[^\s@/]+$/.test(address) ? `mailto:${address}` : `https://${address}`;
}

/** Makes a form of the element `form`. Returns {open()}. */
export function linkForm(editor, form, button) {
  const field = form.querySelector("input");
  const shown = (isOpen) => {
    form.hidden = !isOpen;
    button.setAttribute("aria-expanded", String(isOpen));
  };
  const marked = () => editor.chain().focus().extendMarkRange("link");
  const acts = {
    set() {
      const href = meant(field.value);
      field.setAttribute("aria-invalid", String(!href));
      if (!href) return field.focus();
      shown(false);
      if (editor.state.selection.empty && !editor.isActive("link")) marked().insertContent([{ type: "text", text: field.value.trim(), marks: [{ type: "link", attrs: { href } }] }]).run();
      else marked().setLink({ href }).run();
    },
    remove() {
      shown(false);
      marked().unsetLink().run();
    },
  };
  form.addEventListener("click", ({ target }) => acts[target.closest("[data-link-act]")?.dataset.linkAct]?.());
  field.addEventListener("keydown", (event) => {
    if (!["Enter", "Escape"].includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Enter") return acts.set();
    shown(false);
    editor.commands.focus();
  });
  return {
    open() {
      field.value = editor.getAttributes("link").href ?? "";
      field.removeAttribute("aria-invalid");
      shown(form.hidden);
      if (!form.hidden) field.select();
    },
  };
}
