// Olmo as an app on a device: the service worker keeps the shell and says plainly when there is no connection.
if (navigator.serviceWorker && document.body.dataset.csrf) addEventListener("load", () => navigator.serviceWorker.register("/sw.js").catch(() => {}));
