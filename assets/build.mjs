// Bundles assets/ into olmo/static/built/ (git-ignored; the wheel carries it). Hashes in names are
// the static storage's business, so url() in the style sheet stays as written.
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import * as esbuild from "esbuild";

const out = "olmo/static/built";
const options = {
  entryPoints: { app: "assets/css/app.css", desk: "assets/js/desk.js", editor: "assets/js/editor/editor.js", device: "assets/js/device.js", portal: "assets/js/portal.js", sw: "assets/js/sw.js" },
  outdir: out,
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022", "chrome123", "firefox121", "safari17.5"],
  external: ["*.svg"],
  legalComments: "none",
  logLevel: "warning",
};
// A classic script on somebody else's page: wrapped, so that none of its names becomes a global there.
const guest = { ...options, entryPoints: { widget: "assets/js/widget.js" }, format: "iife" };

async function drawings() {
  await mkdir(out, { recursive: true });
  const icons = await readFile("assets/icons/icons.svg", "utf8");
  await writeFile(`${out}/icons.svg`, icons.replace(/\n\s*/g, ""));
  const whole = ["rings.svg", "olmo.svg", "olmo-180.png", "olmo-192.png", "olmo-512.png", "olmo-mask.png"];
  for (const name of whole) await copyFile(`assets/icons/${name}`, `${out}/${name}`);
}

await drawings();
for (const one of [options, guest]) {
  if (process.argv.includes("--watch")) await (await esbuild.context(one)).watch();
  else await esbuild.build(one);
}
