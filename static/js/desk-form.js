// The answer page: warns before typed text is left behind, sends once, gives the question back.
const form = document.querySelector("[data-desk-form]");
const before = snapshot();
let leaving = false;

function snapshot() {
  return JSON.stringify([...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken"));
}

form.addEventListener("submit", (event) => {
  if (event.submitter?.formTarget === "_blank") return;
  if (leaving) { event.preventDefault(); return; }
  leaving = true;
  form.classList.add("desk-form--sending");
});

addEventListener("pageshow", () => {
  leaving = false;
  form.classList.remove("desk-form--sending");
});

addEventListener("beforeunload", (event) => {
  if (!leaving && snapshot() !== before) event.preventDefault();
});

addEventListener("pagehide", () => {
  if (leaving) return;
  const body = new FormData();
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  navigator.sendBeacon(form.dataset.release, body);
});

for (const area of form.querySelectorAll("textarea")) {
  const grow = () => {
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight + 2}px`;
  };
  if (!CSS.supports("field-sizing", "content")) {
    area.addEventListener("input", grow);
    grow();
  }
}

document.querySelector("[data-autofocus]")?.focus();
