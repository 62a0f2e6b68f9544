// Where the focus rests once a form was sent and what held it is drawn anew: on what opened its menu, else on the page itself.
// Without it, who works by keys would begin again at the top of the page after every change.

/** Called before a form is sent; the answer is called when its parts stand. */
export function resting(form) {
  const isInside = form.contains(document.activeElement);
  const from = form.closest("details[data-from]")?.dataset.from;
  return () => {
    if (!isInside || document.activeElement !== document.body) return; // it is at work elsewhere
    const opener = from && document.querySelector(`details[data-from="${CSS.escape(from)}"] > summary`);
    (opener || document.getElementById("main"))?.focus({ preventScroll: true });
  };
}
