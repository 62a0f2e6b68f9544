// One file on its way: a line with progress, then the id that the form carries, or the reason why not.
import { csrf, words } from "./page.js";

function size(octets) {
  if (octets < 1000) return words("bytes", { n: octets });
  if (octets < 999500) return words("kilobytes", { n: Math.round(octets / 1000) });
  const { lang } = document.documentElement;
  return words("megabytes", { n: (octets / 1e6).toLocaleString(lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 }) });
}

function row(box, file) {
  const line = box.querySelector("[data-upload-row]").content.cloneNode(true).firstElementChild;
  line.querySelector("bdi").textContent = file.name;
  line.querySelector("[data-upload-remove]").setAttribute("aria-label", words("remove", { name: file.name }));
  box.querySelector(".uploads").append(line);
  return line;
}

function finish(line, answer, name) {
  line.querySelector("progress").remove();
  line.querySelector("small").textContent = size(answer.size);
  line.querySelector("[data-upload-remove]").dataset.uploadRemove = answer.remove_url ?? "";
  const move = line.querySelector("[data-upload-move]");
  if (move) Object.assign(move, { value: `move:${answer.id}`, hidden: false });
  line.append(Object.assign(document.createElement("input"), { type: "hidden", name, value: answer.id }));
}

function fail(line, file, reason) {
  line.querySelector("progress").remove();
  line.classList.add("upload--bad");
  line.querySelector("small").textContent = words("uploadStopped", { name: file.name, reason });
}

/** Posts one file of a form to the address of its box, and shows how far it is. done(answer): when it is there. */
export function send(box, file, done = () => {}) {
  const line = row(box, file);
  const request = new XMLHttpRequest();
  const form = new FormData();
  form.append("file", file);
  request.open("POST", box.dataset.uploadUrl);
  request.setRequestHeader("X-CSRFToken", csrf());
  request.responseType = "json";
  request.upload.onprogress = ({ loaded, total }) => {
    line.querySelector("progress").value = (100 * loaded) / total;
    line.querySelector("small").textContent = words("uploading", { percent: Math.round((100 * loaded) / total), size: size(total) });
  };
  request.onload = () =>
    request.status < 300 && request.response ? (finish(line, request.response, box.dataset.uploadName), done(request.response)) : fail(line, file, request.response?.error ?? `${request.status}`);
  request.onerror = () => fail(line, file, words("uploadBroken"));
  line.querySelector("[data-upload-remove]").addEventListener("click", () => request.abort());
  request.send(form);
}
