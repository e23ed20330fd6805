// Shows the copy button of [data-copy] where the clipboard can be written; without it the
// field can still be selected by hand. And the button for the device's own share sheet, if any.
for (const box of document.querySelectorAll("[data-copy]")) {
  const source = box.querySelector("[data-copy-source]");
  const button = box.querySelector("[data-copy-button]");
  const status = box.querySelector("[data-copy-status]");

  source.addEventListener("focus", () => source.select());
  if (!navigator.clipboard) continue;

  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(source.value);
      status.textContent = "Copied.";
    } catch {
      source.focus();
      status.textContent = "Selected: press Ctrl+C or ⌘C to copy.";
    }
  });
}

for (const button of document.querySelectorAll("[data-share-button]")) {
  if (!navigator.share) break;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const title = document.querySelector("h1").textContent;
    const url = document.querySelector("link[rel=canonical]")?.href ?? location.href;
    try {
      await navigator.share({ title, url });
    } catch {
      // Closed without sharing, which needs no words.
    }
  });
}
