// A file that was given to the reply is dragged onto "Internal note" (or the other way round): its own button moves it.
let carried = null;
const target = (event) => event.target.closest?.(".composer__kinds label:not(:has(:checked))");

document.addEventListener("dragstart", ({ target: row, dataTransfer }) => {
  carried = row.matches?.(".upload[draggable]") ? row.querySelector("[data-upload-move]:not([hidden])") : null;
  if (carried) dataTransfer.effectAllowed = "move";
});
document.addEventListener("dragend", () => (carried = null));
document.addEventListener("dragover", (event) => {
  if (!carried || !target(event)) return;
  event.preventDefault();
  target(event).dataset.dropping = "";
});
document.addEventListener("dragleave", (event) => target(event)?.removeAttribute("data-dropping"));
document.addEventListener("drop", (event) => {
  const to = carried && target(event);
  if (!to) return;
  event.preventDefault();
  delete to.dataset.dropping;
  carried.click();
});
