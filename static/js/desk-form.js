// The answer page: keeps what is typed, sends once, warns before text is left behind, and gives
// the question back.
const WAIT = 2000;
const form = document.querySelector("[data-desk-form]");
const status = document.querySelector("[data-desk-kept]");
let kept = snapshot();
let leaving = false, sending = null, timer;

function snapshot() {
  return JSON.stringify([...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken"));
}

async function keep() {
  const now = snapshot();
  if (sending || leaving || now === kept) return;
  sending = new AbortController();
  const response = await fetch(form.dataset.autosave, {
    method: "POST", body: new URLSearchParams(new FormData(form)), signal: sending.signal,
  }).catch(() => null);
  sending = null;
  if (leaving) return;
  if (response?.ok && !response.redirected) {
    const { saved, details } = await response.json();
    kept = now;
    status.textContent = saved && `Saved as your draft, ${saved}`;
    const box = document.querySelector("[data-desk-details]");
    if (box && !box.contains(document.activeElement)) box.innerHTML = details;
  } else {
    status.textContent = response?.redirected
      ? "You are signed out. Your text is kept: sign in in another tab, then go on."
      : "Not saved as a draft: the site cannot be reached.";
  }
  if (snapshot() !== now) wait();
}

function wait() {
  clearTimeout(timer);
  timer = setTimeout(keep, WAIT);
}

if (form.dataset.autosave) {
  form.addEventListener("input", wait);
  form.addEventListener("change", wait);
}

form.addEventListener("submit", (event) => {
  if (event.submitter?.formTarget === "_blank") return;
  if (leaving) { event.preventDefault(); return; }
  leaving = true;
  clearTimeout(timer);
  sending?.abort();
  form.classList.add("desk-form--sending");
});

addEventListener("pageshow", () => {
  leaving = false;
  form.classList.remove("desk-form--sending");
});

addEventListener("beforeunload", (event) => {
  if (!leaving && snapshot() !== kept) event.preventDefault();
});

addEventListener("pagehide", () => {
  if (leaving) return;
  if (form.dataset.autosave && snapshot() !== kept) navigator.sendBeacon(form.dataset.autosave, new FormData(form));
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
