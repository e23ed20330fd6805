// Reorders pictures by dragging [data-handle], and lets the buttons at stored pictures act without
// leaving the page. Whatever fails here is done by the button's own form.
class PictureOrder {
  constructor(part) {
    this.part = part;
    this.form = part.closest("form");
    this.last = Promise.resolve();
    this.show();
    part.addEventListener("pictures:renewed", () => this.show());
    part.addEventListener("pointerdown", (event) => this.grab(event));
    part.addEventListener("click", (event) => this.press(event));
  }

  show() {
    for (const handle of this.part.querySelectorAll("[data-handle]")) handle.hidden = false;
  }

  grab(event) {
    const handle = event.target.closest("[data-handle]");
    if (!handle || event.button) return;
    event.preventDefault();
    const row = handle.closest("li");
    const place = index(row);
    const move = ({ clientY }) => follow(row, clientY);
    row.classList.add("pictures__slot--dragged");
    handle.setPointerCapture(event.pointerId);
    handle.addEventListener("pointermove", move);
    handle.addEventListener("lostpointercapture", () => {
      handle.removeEventListener("pointermove", move);
      row.classList.remove("pictures__slot--dragged");
      if (index(row) !== place) this.ordered(row);
    }, { once: true });
  }

  ordered(row) {
    this.part.dispatchEvent(new CustomEvent("pictures:ordered"));
    if (row.dataset.move) this.act(row.dataset.move, "position", index(row)).catch(() => location.reload());
  }

  press(event) {
    const button = event.target.closest("[data-picture] button[formaction]");
    if (!button) return;
    event.preventDefault();
    const address = button.getAttribute("formaction");
    const find = (selector) => this.part.querySelector(selector);
    this.act(address, button.name, button.value)
      .then(() => (find(`[formaction="${address}"]`) ?? find("[data-picture] button, input[type=file]"))?.focus())
      .catch(() => this.form.requestSubmit(button));
  }

  // One after the other, in the order in which they were asked for.
  act(...what) {
    this.last = this.last.catch(() => {}).then(() => this.send(...what));
    return this.last;
  }

  async send(address, name, value) {
    const data = new FormData(this.form);
    data.delete("images");
    if (name) data.set(name, value);
    const headers = { "X-Requested-With": "fetch" };
    const answer = await fetch(address, { method: "POST", body: data, headers });
    if (!answer.ok) throw new Error(answer.status);
    this.part.dispatchEvent(new CustomEvent("pictures:answer", { detail: await answer.text() }));
  }
}

const index = (row) => [...row.parentElement.children].indexOf(row);

const middle = (row) => {
  const { top, height } = row.getBoundingClientRect();
  return top + height / 2;
};

// The others move around the dragged row, which so keeps the pointer.
function follow(row, y) {
  const { previousElementSibling: before, nextElementSibling: after } = row;
  if (before && y < middle(before)) row.after(before);
  else if (after && y > middle(after)) row.before(after);
}

for (const part of document.querySelectorAll("[data-pictures-part]")) new PictureOrder(part);
