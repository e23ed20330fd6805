// Lists why pictures were not taken, outside of the part that each upload renews, until others are
// chosen or the list is put away.
class Refusals {
  constructor(part) {
    this.box = document.querySelector("[data-refusals-template]").content.cloneNode(true).firstElementChild;
    part.after(this.box);
    part.addEventListener("pictures:chosen", () => this.clear());
    part.addEventListener("pictures:refused", ({ detail }) => this.add(detail));
    this.button.addEventListener("click", () => {
      this.clear();
      part.querySelector("input[type=file], [data-picture] button")?.focus();
    });
  }

  get list() { return this.box.querySelector("ul"); }
  get button() { return this.box.querySelector("button"); }

  add(sentence) {
    const item = document.createElement("li");
    item.textContent = sentence;
    this.list.append(item);
    this.button.hidden = false;
  }

  clear() {
    this.list.replaceChildren();
    this.button.hidden = true;
  }
}

for (const part of document.querySelectorAll("[data-pictures-part]")) new Refusals(part);
