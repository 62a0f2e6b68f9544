// Commands whose control may stand in a closed menu: colours, presence, the way out.
import { does } from "./commands.js";

const press = (selector) => document.querySelector(selector)?.click();

for (const theme of ["light", "dark", "system"])
  does(`theme-${theme}`, () => press(`[data-set-theme="${theme === "system" ? "" : theme}"]`));
for (const presence of ["active", "off"]) does(`presence-${presence}`, () => press(`[data-command="presence-${presence}"]`));
does("presence-away", () => press(`[data-command="presence-${document.querySelector('[data-command="presence-away"][aria-pressed="true"]') ? "active" : "away"}"]`));
does("sign-out", () => document.querySelector("form[data-forget-drafts]")?.requestSubmit());
