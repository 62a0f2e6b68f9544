// Messages in frames are as tall as their text; "Load pictures" opens the same message with its pictures, in place.
import { arriving } from "./page.js";

function fit(frame) {
  const inside = frame.contentDocument?.documentElement;
  if (!inside) return;
  const grow = () => (frame.style.blockSize = `${inside.scrollHeight + 1}px`);
  grow();
  new ResizeObserver(grow).observe(inside);
}

arriving("iframe[data-frame]", (frame) => {
  frame.addEventListener("load", () => fit(frame));
  if (frame.contentDocument?.readyState === "complete") fit(frame);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-load-images]");
  const frame = link?.closest(".said, li")?.querySelector("iframe[data-frame]");
  if (!frame) return;
  event.preventDefault();
  frame.src = link.dataset.loadImages;
  link.closest(".said__images")?.remove();
});
