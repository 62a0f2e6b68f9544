// Commands whose control may stand in a closed menu: colours, presence, the way out.
import { does } from "./commands.js";

const press = (selector) => document.querySelector(selector)?.click();

for (const theme of ["light", "dark", "system"])
  does(`theme-${theme}`, () => press(`[data-set-theme="${theme === "system" ? "" : theme}"]`));
for (const presence of ["active", "away", "off"])
  does(`presence-${presence}`, () => press(`[data-command="presence-${presence}"]`));
does("sign-out", () => document.querySelector("form[data-forget-drafts]")?.requestSubmit());
