// Going to another page of the desk.
document.addEventListener("go", ({ detail: { url } }) => location.assign(url));
