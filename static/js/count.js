// Says how many characters are left in a field with data-most, once that is worth knowing.
const characters = (field) => [...field.value.trim()].length;

function sentence(left) {
  const count = Math.abs(left).toLocaleString("en-GB");
  return `${count} character${Math.abs(left) === 1 ? "" : "s"} ${left < 0 ? "too many" : "left"}`;
}

for (const field of document.querySelectorAll("[data-most]:is(input, textarea)")) {
  const most = Number(field.dataset.most);
  const note = document.createElement("p");
  note.className = "field__hint field__count";
  note.setAttribute("role", "status");
  field.after(note);
  const tell = () => {
    const left = most - characters(field);
    note.textContent = left < most / 5 ? sentence(left) : "";
  };
  field.addEventListener("input", tell);
  tell();
}
