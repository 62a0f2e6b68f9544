// [data-newest]: a log opens at its end, and stays there while it grows and the reader is there.
import { arriving } from "./page.js";

const NEAR = 80;
const isAtEnd = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;

arriving("[data-newest]", (box) => {
  let wasAtEnd = true;
  const follow = () => wasAtEnd && (box.scrollTop = box.scrollHeight);
  if (!location.hash) follow();
  else wasAtEnd = isAtEnd(box);
  box.addEventListener("scroll", () => (wasAtEnd = isAtEnd(box)), { passive: true });
  new ResizeObserver(() => location.hash || follow()).observe(box);
  document.addEventListener("part:taken", () => requestAnimationFrame(follow));
});
