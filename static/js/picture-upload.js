// Sends each picture as soon as it is ready, with its progress, and shows what comes back: the same
// part of the form, with the picture in it. A form without a draft asks autosave.js for one first.
const PAUSES = [1000, 4000]; // milliseconds before each further try
const sleep = (time) => new Promise((resolve) => setTimeout(resolve, time));

class Uploads {
  constructor(part) {
    this.part = part;
    this.form = part.closest("form");
    this.queue = [];
    this.failed = new Set(); // by a line or a server that may be back
    part.addEventListener("pictures:ready", ({ detail }) => this.add(detail));
    part.addEventListener("pictures:answer", ({ detail }) => this.renew(detail));
    this.form.addEventListener("draft:begun", () => this.again());
    addEventListener("online", () => this.again());
  }

  get address() { return this.part.querySelector("[data-upload]")?.dataset.upload; }

  row(file) {
    return [...this.part.querySelectorAll("[data-held]")].find((held) => held.file === file);
  }

  add(file) {
    this.queue.push(file);
    if (this.address) this.run();
    else this.part.dispatchEvent(new CustomEvent("draft:wanted", { bubbles: true }));
  }

  // A draft that was just saved, like a browser that is online, says that the line is there.
  again() {
    this.queue.push(...this.failed);
    this.failed.clear();
    this.run();
  }

  async run() {
    if (this.busy) return;
    this.busy = true;
    while (this.address && this.queue.length) await this.upload(this.queue.shift());
    this.busy = false;
  }

  async upload(file) {
    for (const pause of [...PAUSES, 0]) {
      const row = this.row(file);
      if (!row) return; // removed meanwhile
      try {
        const html = await this.send(file, row);
        this.part.dispatchEvent(new CustomEvent("pictures:stored", { detail: file }));
        this.renew(html, row.querySelector("input").value);
        return this.tell(this.refused() ? "" : `“${file.name}” is stored.`);
      } catch (status) {
        if (!pause || (status >= 400 && status < 500)) return this.fail(file, row, status);
        await sleep(pause);
      }
    }
  }

  send(file, row) {
    const data = new FormData();
    data.append("images", file);
    data.append("csrfmiddlewaretoken", this.form.elements.csrfmiddlewaretoken.value);
    const bar = row.querySelector("progress");
    bar.hidden = false;
    row.querySelector("[data-retry]").hidden = true;
    this.tell(`Uploading “${file.name}” …`);
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.upload.addEventListener("progress", ({ loaded, total }) => { bar.max = total; bar.value = loaded; });
      request.addEventListener("load", () =>
        [200, 422, 429].includes(request.status) ? resolve(request.responseText) : reject(request.status));
      request.addEventListener("error", () => reject(0));
      request.open("POST", this.address);
      request.setRequestHeader("X-Requested-With", "fetch");
      request.send(data);
    });
  }

  // It is still in the file input, and so goes with the form in any case.
  fail(file, row, status) {
    const button = row.querySelector("[data-retry]");
    row.querySelector("progress").hidden = true;
    button.hidden = false;
    if (status < 400 || status >= 500) this.failed.add(file);
    button.onclick = () => {
      this.failed.delete(file);
      this.add(file);
    };
    this.tell(`“${file.name}” could not be uploaded just now. It will be sent together with the form.`);
  }

  // Descriptions that were typed meanwhile go on into the new markup; `words` into the new picture.
  renew(html, words = "") {
    const typed = new Map(this.descriptions().map(({ name, value }) => [name, value]));
    const held = this.part.querySelector("[data-held-list]");
    this.part.innerHTML = html;
    if (held) this.part.querySelector("[data-pictures-inputs]")?.before(held);
    for (const input of this.descriptions()) input.value = typed.get(input.name) ?? (input.value || words);
    this.part.dispatchEvent(new CustomEvent("pictures:renewed"));
    if (words) this.form.dispatchEvent(new Event("input"));
  }

  // The next upload renews this part: its refusals move to where they stay. Returns how many.
  refused() {
    const found = [...this.part.querySelectorAll("[data-refused]")];
    for (const { dataset } of found) this.part.dispatchEvent(new CustomEvent("pictures:refused", { detail: dataset.refused }));
    for (const sentence of found) {
      sentence.closest(".field--error")?.classList.remove("field--error");
      sentence.remove();
    }
    return found.length;
  }

  descriptions() { return [...this.part.querySelectorAll("[data-picture] input[name^=alt_]")]; }

  tell(sentence) { this.part.querySelector("[data-pictures-status]").textContent = sentence; }
}

for (const part of document.querySelectorAll("[data-pictures-part]")) new Uploads(part);
