// Everything a requester's page does beyond HTML. Each module binds by data attributes.
import "./answers.js";
import "./app.js";
import "./composer.js";
import "./dialogs.js";
import "./frames.js";
import "./keys.js";
import "./live.js";
import "./menus.js";
import "./parts.js";
import "./seek.js";
import "./theme.js";
import "./times.js";
import "./toast.js";
import "./uploads.js";
