// The rich editor: its own file, fetched when a text is first written. It edits the Markdown of a textarea, which stays the field.
import { Editor } from "@tiptap/core";
import HardBreak from "@tiptap/extension-hard-break";
import Image from "@tiptap/extension-image";
import { Markdown } from "@tiptap/markdown";
import StarterKit from "@tiptap/starter-kit";
import { tools } from "./tools.js";
import { drop, paste, plainer } from "./paste.js";

// Ctrl+Enter sends; a break inside a paragraph is Shift+Enter.
const Break = HardBreak.extend({ addKeyboardShortcuts() { return { "Shift-Enter": () => this.editor.commands.setHardBreak() }; } });
const EXTENSIONS = [
  Break,
  StarterKit.configure({
    hardBreak: false,
    underline: false, // Markdown has none
    link: { openOnClick: false, autolink: true, linkOnPaste: true, protocols: ["person", "mailto", "tel"], HTMLAttributes: { rel: null, target: null } },
  }),
  Image.configure({ allowBase64: false, inline: true }),
  Markdown.configure({ markedOptions: { gfm: true, breaks: true } }),
];

/** Puts an editor in the place of a textarea. say(word): tells the writer something. Returns it. */
export function attach(field, { bar, label, say }) {
  const place = document.createElement("div");
  place.className = "rich";
  field.after(place);
  field.classList.add("rich__source");
  field.tabIndex = -1;
  let isOwn = false;
  const editor = new Editor({
    element: place,
    extensions: EXTENSIONS,
    content: field.value,
    contentType: "markdown",
    injectCSS: false,
    editorProps: {
      attributes: { role: "textbox", "aria-multiline": "true", "aria-label": label, dir: "auto", class: "rich__text said__text" },
      handleDOMEvents: {
        keydown: (view, event) => event.key === "Enter" && (event.ctrlKey || event.metaKey), // left to the page: it sends
        paste: (view, event) => paste(editor, event, say) && (event.preventDefault(), true),
      },
      transformPastedHTML: plainer,
      handleDrop: (view, event) => drop(editor, view, event),
    },
    onUpdate: () => {
      field.value = editor.isEmpty ? "" : editor.getMarkdown();
      isOwn = true;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      isOwn = false;
    },
  });
  // Somebody else wrote into the field (a ready answer, the other text of a clash).
  field.addEventListener("input", () => isOwn || editor.commands.setContent(field.value, { contentType: "markdown", emitUpdate: false }));
  field.addEventListener("focus", () => editor.commands.focus());
  editor.view.dom.writing = caret(editor, field);
  place.before(tools(editor, bar));
  return editor;
}

const linked = (text, href) => [{ type: "text", text, marks: [{ type: "link", attrs: { href } }] }, { type: "text", text: " " }];

/** What suggestions need: the text before the caret, and how to put something in its place. */
function caret(editor, field) {
  return {
    field,
    before: () => {
      const { $from } = editor.state.selection;
      return $from.parent.textBetween(0, $from.parentOffset, "\n", " ");
    },
    replace: (length, markdown) => {
      const { from } = editor.state.selection;
      const mention = markdown.match(/^\[([^\]]+)\]\((person:\d+)\) $/);
      const picture = markdown.match(/^!\[([^\]]*)\]\((\S+)\)$/); // alone it would stand outside of any paragraph
      const chain = editor.chain().focus().deleteRange({ from: from - length, to: from });
      if (mention) chain.insertContent(linked(mention[1], mention[2])).run();
      else if (picture) chain.insertContent({ type: "image", attrs: { src: picture[2], alt: picture[1] } }).run();
      else chain.insertContent(markdown, { contentType: "markdown" }).run();
    },
  };
}
