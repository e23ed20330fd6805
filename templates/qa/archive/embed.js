{% comment %} For another site's page, beside <div data-askwell="TOPIC"></div>. No cookies, no globals. {% endcomment %}
// Puts the ask box and the answered list of a topic into every [data-askwell] of this page:
//   <div data-askwell="causes-of-muscle-cramps"></div>
//   <script src="https://ask.example.org/embed.js" async></script>
// Two attributes of the div make it fit your page: data-theme ("light" or "dark"; what the reader's
// device prefers otherwise) and data-accent (such as "#7a1f5c", used where it can be read).
(() => {
  const origin = new URL(document.currentScript.src).origin;
  const frames = new Map();

  const put = (place) => {
    const frame = document.createElement("iframe");
    const look = new URLSearchParams();
    for (const name of ["theme", "accent"]) if (place.dataset[name]) look.set(name, place.dataset[name]);
    frame.src = `${origin}/embed/${encodeURIComponent(place.dataset.askwell)}/#${look}`;
    frame.title = place.dataset.title || "Ask a question";
    frame.loading = "lazy";
    frame.style.cssText = "display:block;width:100%;height:20rem;border:0";
    place.replaceChildren(frame);
    frames.set(frame.contentWindow, frame);
  };

  // The frame says how tall its page is; only our own frames are believed.
  window.addEventListener("message", (event) => {
    const frame = event.origin === origin && frames.get(event.source);
    const height = Number(event.data && event.data.askwellHeight);
    if (frame && height > 0 && height < 20000) frame.style.height = `${Math.ceil(height)}px`;
  });

  const start = () => document.querySelectorAll("[data-askwell]").forEach(put);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
