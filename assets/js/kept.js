// The copy of a draft in this browser: there when the line breaks, the session ends, or the machine falls asleep.
const PREFIX = "olmo-draft:";
const MONTH = 30 * 24 * 3600 * 1000;
const key = (field) => `${PREFIX}${field.form.dataset.draftKey}:${field.dataset.draft}`;
const read = (name) => {
  try {
    return JSON.parse(localStorage.getItem(name) ?? "null");
  } catch {
    return null;
  }
};

/** {text, revision, isSaved} of a field, or null. */
export const kept = (field) => read(key(field));

function write(field, record) {
  try {
    if (record.text.trim() || !record.isSaved) localStorage.setItem(key(field), JSON.stringify({ ...record, at: Date.now() }));
    else localStorage.removeItem(key(field));
    return true;
  } catch {
    return false; // no room or no storage: leaving the page still asks
  }
}

/** Keeps what the field holds now; the server does not have it yet. */
export const keep = (field, revision) => write(field, { text: field.value, revision, isSaved: false });

/** The server has it. */
export const markSaved = (field, revision) => write(field, { text: field.value, revision, isSaved: true });

/** Removes copies whose name passes a test. */
export function forget(test) {
  for (const name of Object.keys(localStorage)) if (name.startsWith(PREFIX) && test(name)) localStorage.removeItem(name);
}

/** Removes the copy of one draft of a form. */
export const forgetOne = (form, kind) => forget((name) => name === `${PREFIX}${form.dataset.draftKey}:${kind}`);

forget((name) => Date.now() - (read(name)?.at ?? 0) > MONTH);
