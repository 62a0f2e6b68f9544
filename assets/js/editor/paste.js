// Pasting: what is too large for an editor is taken as plain text, cut at a limit, and said; the whole is attached.
const MOST_HTML = 200_000;
const MOST_TEXT = 50_000;
const MOST_LINES = 400;

/** Whether the paste was taken over here. */
export function paste(editor, event, say) {
  if (event.clipboardData?.files.length) return true; // the page uploads them
  const html = event.clipboardData?.getData("text/html") ?? "";
  const text = event.clipboardData?.getData("text/plain") ?? "";
  if (html.length <= MOST_HTML && text.length <= MOST_TEXT) return false;
  const plain = text || new DOMParser().parseFromString(html, "text/html").body.textContent;
  const lines = plain.slice(0, MOST_TEXT).split(/\n+/, MOST_LINES + 1).filter((line) => line.trim());
  const taken = lines.slice(0, MOST_LINES).map((line) => ({ type: "paragraph", content: [{ type: "text", text: line }] }));
  editor.commands.insertContent(taken);
  const isCut = plain.length > MOST_TEXT || lines.length > MOST_LINES;
  if (isCut) event.target.dispatchEvent(new CustomEvent("pasted:cut", { bubbles: true, detail: plain }));
  say(isCut ? "pasteCut" : "pastePlain");
  return true;
}

/** Files that are dropped stand where they fell; the page uploads them. */
export function drop(editor, view, event) {
  if (!event.dataTransfer?.files.length) return false;
  const place = view.posAtCoords({ left: event.clientX, top: event.clientY });
  if (place) editor.commands.setTextSelection(place.pos);
  return true;
}
