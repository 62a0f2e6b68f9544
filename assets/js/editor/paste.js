// Pasting: what is too large for an editor is taken as plain text, cut at a limit, and said.
const MOST_HTML = 200_000;
const MOST_TEXT = 50_000;
const MOST_LINES = 400;

/** Whether the paste was taken over here. */
export function paste(editor, event, say) {
  const html = event.clipboardData?.getData("text/html") ?? "";
  const text = event.clipboardData?.getData("text/plain") ?? "";
  if (html.length <= MOST_HTML && text.length <= MOST_TEXT) return false;
  const plain = text || new DOMParser().parseFromString(html.slice(0, MOST_HTML), "text/html").body.textContent;
  const lines = plain.slice(0, MOST_TEXT).split(/\n+/, MOST_LINES + 1).filter((line) => line.trim());
  const taken = lines.slice(0, MOST_LINES).map((line) => ({ type: "paragraph", content: [{ type: "text", text: line }] }));
  editor.commands.insertContent(taken);
  say(plain.length > MOST_TEXT || lines.length > MOST_LINES ? "pasteCut" : "pastePlain");
  return true;
}
