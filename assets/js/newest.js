// [data-newest]: a log opens at its end, and stays there while it grows and the reader is there.
import { arriving } from "./page.js";

const NEAR = 80;
const atEnd = new WeakMap();
const isAtEnd = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
const follow = (box) => atEnd.get(box) && (box.scrollTop = box.scrollHeight);

arriving("[data-newest]", (box) => {
  atEnd.set(box, location.hash ? isAtEnd(box) : true);
  follow(box);
  box.addEventListener("scroll", () => atEnd.set(box, isAtEnd(box)), { passive: true });
  new ResizeObserver(() => location.hash || follow(box)).observe(box);
});

document.addEventListener("part:taken", () => requestAnimationFrame(() => document.querySelectorAll("[data-newest]").forEach(follow)));
