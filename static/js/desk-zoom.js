// Pictures large, in a dialog; without it the link opens the picture by itself.
for (const link of document.querySelectorAll("[data-zoom]")) {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const dialog = Object.assign(document.createElement("dialog"), { className: "desk-zoom" });
    const picture = Object.assign(new Image(), { src: link.href, alt: link.querySelector("img").alt });
    const close = Object.assign(document.createElement("button"), { textContent: "Close", className: "desk-button", type: "button" });
    picture.addEventListener("click", () => picture.classList.toggle("desk-zoom__full"));
    close.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => { dialog.remove(); link.focus(); });
    dialog.append(close, picture);
    document.body.append(dialog);
    dialog.showModal();
  });
}
