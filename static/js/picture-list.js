// Keeps the pictures that are chosen and not yet stored: in the file input itself, so that they go
// with the form whatever else happens, and as a list with previews, a description and buttons.
const MEGABYTE = 1024 * 1024;
const SURPLUS = "A question may have up to four pictures; the others were left out.";

class PictureList {
  constructor(part) {
    this.part = part;
    this.files = [];
    this.rows = new Map();
    part.addEventListener("pictures:chosen", ({ detail }) => this.add(detail));
    part.addEventListener("pictures:shrunk", ({ detail }) => this.replace(detail.file, detail.small));
    part.addEventListener("pictures:stored", ({ detail }) => this.drop(detail));
    part.addEventListener("pictures:renewed", () => this.show());
    part.addEventListener("pictures:ordered", () => this.sort());
  }

  get stored() { return this.part.querySelectorAll("[data-picture]").length; }
  get most() { return Number(this.part.querySelector("[data-most]").dataset.most); }

  add(chosen) {
    const all = [...this.files, ...chosen.filter((file) => !this.files.some((old) => same(old, file)))];
    this.files = all.slice(0, Math.max(0, this.most - this.stored));
    this.show();
    this.tell("");
    if (all.length > this.files.length) this.refuse(SURPLUS);
    this.part.dispatchEvent(new CustomEvent("pictures:held", { detail: this.files }));
  }

  // A picture that was made smaller takes the place of the chosen one.
  replace(file, small) {
    const row = this.rows.get(file);
    if (!row) return;
    if (small.size > 15 * MEGABYTE) {
      this.drop(file);
      return this.refuse(`“${file.name}” has ${size(file)}. A picture may have at most 15 MB.`);
    }
    this.files[this.files.indexOf(file)] = small;
    this.rows.delete(file);
    this.rows.set(small, Object.assign(row, { file: small }));
    this.fillInput();
    row.querySelector("[data-name]").textContent = `${small.name}, ${size(small)}`;
    this.part.dispatchEvent(new CustomEvent("pictures:ready", { detail: small }));
  }

  drop(file) {
    this.files = this.files.filter((other) => other !== file);
    this.rows.delete(file);
    this.show();
  }

  shift(file, by) {
    const place = this.files.indexOf(file);
    this.files.splice(place, 1);
    this.files.splice(place + by, 0, file);
    this.show();
  }

  // The rows were dragged into another order.
  sort() {
    const rows = [...this.part.querySelectorAll("[data-held]")];
    if (rows.length !== this.files.length) return;
    this.files = rows.map((row) => row.file);
    this.show();
  }

  show() {
    this.fillInput();
    const focused = document.activeElement;
    const rows = this.files.map((file) => this.rows.get(file) ?? this.row(file));
    rows.forEach((row, index) => this.number(row, index));
    if (rows.length) this.list().replaceChildren(...rows);
    else this.part.querySelector("[data-held-list]")?.remove();
    if (focused !== document.activeElement && focused.isConnected) focused.focus();
  }

  list() {
    const list = this.part.querySelector("[data-held-list]") ?? document.createElement("ol");
    list.className = "pictures__slots";
    list.dataset.heldList = "";
    this.part.querySelector(".pictures__drop")?.before(list);
    return list;
  }

  fillInput() {
    const input = this.part.querySelector("input[type=file]");
    if (!input) return;
    const transfer = new DataTransfer();
    for (const file of this.files) transfer.items.add(file);
    input.files = transfer.files;
  }

  row(file) {
    const row = document.querySelector("[data-held-template]").content.cloneNode(true).firstElementChild;
    row.file = file;
    row.querySelector("[data-name]").textContent = `${file.name}, ${size(file)}`;
    const act = (name, action) => row.querySelector(`[data-${name}]`).addEventListener("click", action);
    act("earlier", () => this.shift(row.file, -1));
    act("later", () => this.shift(row.file, 1));
    act("remove", () => this.drop(row.file));
    draw(file, row.querySelector("canvas"));
    this.rows.set(file, row);
    return row;
  }

  number(row, index) {
    const number = this.stored + index + 1;
    for (const place of row.querySelectorAll("[data-number]")) place.textContent = number;
    row.querySelector("input").id = `held-${number}`;
    row.querySelector("label").htmlFor = `held-${number}`;
    row.querySelector("[data-earlier]").hidden = index === 0;
    row.querySelector("[data-later]").hidden = index === this.files.length - 1;
  }

  refuse(sentence) { this.part.dispatchEvent(new CustomEvent("pictures:refused", { detail: sentence })); }

  tell(sentence) { this.part.querySelector("[data-pictures-status]").textContent = sentence; }
}

const origin = (file) => file.origin ?? file;

const same = (one, other) =>
  ["name", "size", "lastModified"].every((trait) => origin(one)[trait] === origin(other)[trait]);

const size = (file) =>
  file.size < MEGABYTE / 10 ? `${Math.ceil(file.size / 1024)} KB` : `${(file.size / MEGABYTE).toFixed(1)} MB`;

// A canvas needs no address, so the content security policy can go on forbidding blob: pictures.
async function draw(file, canvas) {
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, 320 / Math.max(picture.width, picture.height));
    canvas.width = picture.width * scale;
    canvas.height = picture.height * scale;
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
  } catch {
    canvas.replaceWith("No preview");
  }
}

for (const part of document.querySelectorAll("[data-pictures-part]")) new PictureList(part);
