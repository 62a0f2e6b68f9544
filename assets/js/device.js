// Switching this device on: a press asks the browser for permission, subscribes at its push service, and sends the form.
const form = document.querySelector("[data-device]");
const said = form.querySelector("[data-device-said]");
const say = (what) => (said.textContent = form.querySelector(`[data-device-${what}]`).content.textContent);

const key = () => Uint8Array.from(atob(form.dataset.device.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

function nameOfThis() {
  const agent = navigator.userAgent;
  const first = (pairs) => pairs.find(([sign]) => agent.includes(sign))?.[1] ?? "";
  const browser = first([["Firefox/", "Firefox"], ["Edg/", "Edge"], ["Chrome/", "Chrome"], ["Safari/", "Safari"]]);
  const system = first([["Android", "Android"], ["iPhone", "iPhone"], ["iPad", "iPad"], ["Windows", "Windows"], ["Mac OS", "Mac"], ["Linux", "Linux"]]);
  return browser && system ? `${browser} ${form.dataset.names} ${system}` : browser || system;
}

async function subscribe() {
  const worker = await navigator.serviceWorker.register(form.dataset.worker).then(() => navigator.serviceWorker.ready);
  const former = await worker.pushManager.getSubscription(); // of an older key, or of somebody who was here before
  await former?.unsubscribe();
  return worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key() });
}

async function switchOn() {
  if (!navigator.serviceWorker || !window.PushManager || !window.Notification) return say("no");
  if ((await Notification.requestPermission()) !== "granted") return say("denied");
  try {
    const { endpoint, keys } = (await subscribe()).toJSON();
    Object.entries({ endpoint, ...keys }).forEach(([name, value]) => (form.elements[name].value = value));
    form.submit();
  } catch {
    say("failed");
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  said.textContent = "";
  switchOn();
});
form.elements.name.value ||= nameOfThis();
