// Olmo as an app on the device of somebody who is signed in: the service worker keeps the shell and says when there is no connection.
if (navigator.serviceWorker && document.body.dataset.liveTokenUrl) addEventListener("load", () => navigator.serviceWorker.register("/sw.js").catch(() => {}));
