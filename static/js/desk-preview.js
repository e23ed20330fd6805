// The live preview of the answer: asks the server, which alone turns Markdown into safe HTML.
const WAIT = 350;

for (const box of document.querySelectorAll("[data-desk-preview]")) {
  const source = document.getElementById(box.dataset.source);
  const token = box.closest("form").elements.csrfmiddlewaretoken.value;
  let timer, latest = 0;

  async function refresh() {
    const mine = ++latest;
    if (!source.value.trim()) { box.hidden = true; return; }
    const response = await fetch(box.dataset.deskPreview, {
      method: "POST",
      headers: { "X-CSRFToken": token },
      body: new URLSearchParams({ answer: source.value }),
    }).catch(() => null);
    if (mine !== latest) return;
    if (response?.ok && !response.redirected) {
      box.innerHTML = await response.text();
      box.classList.remove("desk-preview--stale");
    } else {
      box.classList.add("desk-preview--stale");
    }
    box.hidden = false;
  }

  source.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, WAIT);
  });
  refresh();
}
