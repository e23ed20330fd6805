// The queue: how many rows are ticked, in a bar that stays in sight on a phone while any are.
const bar = document.querySelector("[data-desk-ticked]");
const boxes = [...document.querySelectorAll("input[name=chosen]")];

function count() {
  const ticked = boxes.filter((box) => box.checked).length;
  bar.querySelector("[data-desk-count]").textContent = ticked ? `\u00a0(${ticked})` : "";
  bar.classList.toggle("desk-ticked--some", ticked > 0);
}

if (bar) {
  document.addEventListener("change", count);
  addEventListener("pageshow", count);
  bar.querySelector("a").addEventListener("click", () => {
    document.querySelector("#bulk details").open = true;
  });
  count();
}
