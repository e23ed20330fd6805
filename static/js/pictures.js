// Puts one drop zone in the place of the plain file inputs of [data-pictures-part]: choose, drop or
// paste. What comes in is announced as "pictures:chosen"; picture-list.js keeps it.
const announce = (part, files) => {
  const pictures = [...files];
  if (pictures.length) part.dispatchEvent(new CustomEvent("pictures:chosen", { detail: pictures }));
};

function makeZone(part) {
  const inputs = part.querySelector("[data-pictures-inputs]");
  const input = inputs?.querySelector("input");
  if (!input) return;

  const zone = document.createElement("div");
  const label = document.createElement("label");
  zone.className = "pictures__drop";
  label.htmlFor = input.id;
  label.textContent = "Drop pictures here, paste them, or choose them:";
  input.multiple = true;
  zone.append(label, input);
  inputs.replaceWith(zone);
  input.addEventListener("change", () => announce(part, input.files));
}

function watchDrops(part) {
  const mark = (over) =>
    part.querySelector(".pictures__drop")?.classList.toggle("pictures__drop--over", over);
  // A picture that misses the zone must not replace the page, and the text with it.
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => event.preventDefault());
  part.addEventListener("dragover", () => mark(true));
  part.addEventListener("dragleave", () => mark(false));
  part.addEventListener("drop", (event) => {
    mark(false);
    announce(part, event.dataTransfer.files);
  });
}

for (const part of document.querySelectorAll("[data-pictures-part]")) {
  makeZone(part);
  watchDrops(part);
  part.addEventListener("pictures:renewed", () => makeZone(part));
  addEventListener("paste", (event) => announce(part, event.clipboardData.files));
}
