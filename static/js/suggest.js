// Shows answered questions like the one that is being typed, under any [data-suggest] field.
// data-suggest holds the address that answers ?q= with a fragment.
// With data-suggest-aside they open in a new tab: beside a form, whose text would be lost.
// The arrow keys go from the field through the links and back, Escape puts them away.
const SHORTEST = 3; // letters, as in "flu"
const openAside = (link) => {
  link.target = "_blank";
  link.insertAdjacentHTML("beforeend", '<span class="visually-hidden"> (opens in a new tab)</span>');
};

for (const field of document.querySelectorAll("[data-suggest]")) {
  const place = document.createElement("div");
  place.setAttribute("role", "status");
  (field.closest(".field__row") || field).after(place);
  let timer;
  let asked;

  const show = async () => {
    const text = field.value.trim();
    asked?.abort();
    if (text.length < SHORTEST) return place.replaceChildren();
    asked = new AbortController();
    try {
      const address = `${field.dataset.suggest}?q=${encodeURIComponent(text)}`;
      const answer = await fetch(address, { signal: asked.signal, credentials: "omit" });
      place.innerHTML = answer.ok ? await answer.text() : "";
      if ("suggestAside" in field.dataset) place.querySelectorAll("a").forEach(openAside);
    } catch {
      // Offline, or a newer word was typed: what is shown stays.
    }
  };

  // What is still to come would take the list away from under whoever is in it.
  const cancel = () => {
    clearTimeout(timer);
    asked?.abort();
  };

  const putAway = () => {
    cancel();
    place.replaceChildren();
    field.focus();
  };

  const onKey = (event) => {
    const { isComposing, altKey, ctrlKey, metaKey, shiftKey } = event;
    if (isComposing || altKey || ctrlKey || metaKey || shiftKey) return;
    const stops = [field, ...place.querySelectorAll("a")];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const next = stops[stops.indexOf(document.activeElement) + step];
    if (event.key === "Escape" && stops.length > 1) putAway();
    else if (next) {
      cancel();
      next.focus();
    } else return;
    event.preventDefault();
  };

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(show, 250);
  });
  field.addEventListener("keydown", onKey);
  place.addEventListener("keydown", onKey);
  // A form may come with what was typed before.
  if ("suggestAside" in field.dataset) show();
}
