// Read and unread: the command marks the row at hand, or the rows that are selected.
import { does } from "./commands.js";

does("read", () => {
  const row = document.activeElement?.closest?.("[data-list] .row");
  const list = row?.closest("form") ?? document.querySelector("form[data-list]");
  if (!list?.querySelector(".row__pick input")) return;
  const pick = row?.querySelector(".row__pick input");
  if (pick && !list.querySelector(".row__pick input:checked")) pick.checked = true;
  const chosen = list.querySelector(".row:has(.row__pick input:checked)");
  list.querySelector(`[name=read][value="${chosen?.matches("[data-unread]") ? 1 : 0}"]`)?.click();
});
