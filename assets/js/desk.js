// Everything an agent's page does beyond HTML. Each module binds by data attributes.
import "./answers.js";
import "./composer.js";
import "./dialogs.js";
import "./frames.js";
import "./list.js";
import "./live.js";
import "./menu-from.js";
import "./menus.js";
import "./newest.js";
import "./parts.js";
import "./recipients.js";
import "./shortcuts.js";
import "./theme.js";
import "./times.js";
import "./toast.js";
import "./uploads.js";
