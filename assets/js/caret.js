// Where text goes into a field: a plain textarea, or the rich editor that stands in its place (which brings its own).
const plain = (field) => ({
  field,
  before: () => field.value.slice(0, field.selectionStart),
  replace: (length, text) => {
    field.setRangeText(text, field.selectionStart - length, field.selectionStart, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  },
});

/** The caret of a text: {field, before(), replace(length, markdown)}. */
export const caretOf = (element) => element.writing ?? plain(element);
