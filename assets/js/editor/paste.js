// Pasting: what is too large for an editor is taken as plain text, cut at a limit, and said; the whole is attached.
const MOST_HTML = 200_000;
const MOST_TEXT = 50_000;
const MOST_LINES = 400;

/** Whether the paste was taken over here: asked before the editor reads the HTML, which takes it half a minute for 5 MB. */
export function paste(editor, event, say) {
  if (event.clipboardData?.files.length) return true; // the page uploads them
  const html = event.clipboardData?.getData("text/html") ?? "";
  const text = event.clipboardData?.getData("text/plain") ?? "";
  if (html.length <= MOST_HTML && text.length <= MOST_TEXT) return false;
  const plain = text || parsed(html).textContent;
  const lines = plain.slice(0, MOST_TEXT).split(/\n+/, MOST_LINES + 1).filter((line) => line.trim());
  const taken = lines.slice(0, MOST_LINES).map((line) => ({ type: "paragraph", content: [{ type: "text", text: line }] }));
  editor.commands.insertContent(taken);
  const isCut = plain.length > MOST_TEXT || lines.length > MOST_LINES;
  if (isCut) event.target.dispatchEvent(new CustomEvent("pasted:cut", { bubbles: true, detail: plain }));
  say(isCut ? "pasteCut" : "pastePlain");
  return true;
}

/** HTML whose styles and handlers are only data: a page with a policy complains of each one, even where nothing is shown. */
const still = (html) => html.replace(/<[a-z][^<>]*>/gi, (tag) => tag.replace(/\s(style|on\w+)\s*=/gi, " data-$1="));
const parsed = (html) => new DOMParser().parseFromString(still(html), "text/html").body;

const wrap = (node, name) => {
  const mark = node.ownerDocument.createElement(name);
  mark.append(...node.childNodes);
  node.append(mark);
};

/** Pasted HTML without styles and handlers, which the page's policy refuses; bold and italic that were styles are marks. */
export function plainer(html) {
  const body = parsed(html);
  body.querySelectorAll("script, style, meta, link, title").forEach((node) => node.remove());
  for (const node of body.querySelectorAll("*")) {
    const style = node.dataset?.style ?? "";
    if (/font-weight:\s*(bold|[6-9]00)/i.test(style) && node.matches("span, p")) wrap(node, "strong");
    if (/font-style:\s*italic/i.test(style) && node.matches("span, p")) wrap(node, "em");
    for (const { name } of [...node.attributes]) if (/^(data-)?(style|on\w+)$/.test(name)) node.removeAttribute(name);
    if (/font-weight:\s*(normal|400)/i.test(style) && node.matches("b, strong")) node.replaceWith(...node.childNodes);
  }
  return body.innerHTML;
}

/** Files that are dropped stand where they fell; the page uploads them. */
export function drop(editor, view, event) {
  if (!event.dataTransfer?.files.length) return false;
  const place = view.posAtCoords({ left: event.clientX, top: event.clientY });
  if (place) editor.commands.setTextSelection(place.pos);
  return true;
}
