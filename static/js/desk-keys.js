// Keys of the desk, never while typing: j k Enter in the list, a letter for each decision, ? help.
const HELP = [
  ["j / k", "next, previous question"], ["Enter", "open"], ["p", "publish"], ["v", "answer privately"],
  ["c", "request changes (first what to change, then c)"], ["d", "decline"], ["m", "merge (first its number, then m)"],
  ["1 2 3", "send that answer"], ["s", "spam"], ["u", "undo"], ["x", "replace all personal details"], ["/", "snippets"],
  ["Ctrl+S", "save the draft"], ["e", "to the answer"], ["n", "to the word to the asker"], ["t", "to the topic"], ["q", "back to the list"],
  ["Esc", "out of a field"], ["?", "this help"],
];
// A decision that needs words first leads to them.
const FIRST = { c: "id_reason", m: "id_target" };
const PLACES = { e: "id_answer", n: "id_note", t: "id_topic" };
const links = [...document.querySelectorAll("[data-desk-open]")];

function isTyping(target) {
  return target.isContentEditable || target.matches("input:not([type=checkbox], [type=radio]), textarea, select");
}

function move(step) {
  const at = links.indexOf(document.activeElement);
  links[Math.min(Math.max(at + step, 0), links.length - 1)]?.focus();
}

function goTo(id) {
  const field = document.getElementById(id);
  field?.focus();
  return Boolean(field);
}

function press(key) {
  const words = document.getElementById(FIRST[key]);
  if (words && !words.value.trim()) return goTo(words.id);
  // A number that came with the page was not chosen here: look at it first.
  if (words?.id === FIRST.m && words.value === words.defaultValue) return goTo(words.id);
  const button = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  (button ?? (key === "u" ? document.querySelector(".desk-undo") : null))?.click();
  return Boolean(button) || key === "u";
}

function help() {
  const dialog = document.createElement("dialog");
  dialog.className = "desk-help";
  const list = document.createElement("dl");
  for (const [key, what] of HELP) {
    list.append(Object.assign(document.createElement("dt"), { textContent: key }));
    list.append(Object.assign(document.createElement("dd"), { textContent: what }));
  }
  const close = Object.assign(document.createElement("button"), { textContent: "Close", className: "desk-button" });
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  dialog.append(list, close);
  document.body.append(dialog);
  dialog.showModal();
}

for (const hint of document.querySelectorAll("[data-desk-help]")) {
  hint.hidden = false;
  hint.addEventListener("click", help);
}

// In the field for a question's number, Enter means the button beside it.
document.getElementById(FIRST.m)?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  document.querySelector('[data-key="m"]')?.click();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && isTyping(event.target)) event.target.blur();
  if ((event.ctrlKey || event.metaKey) && event.key === "s" && press("Ctrl+s")) event.preventDefault();
  // A key that is held down goes on repeating on the next page: it shall decide there about nothing.
  if (event.repeat && !["j", "k"].includes(event.key)) return;
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "?") help();
  else if (event.key === "q") document.querySelector("[data-desk-back]")?.click();
  else if (event.key === "/" && document.getElementById("id_answer")) document.dispatchEvent(new Event("desk:snippets"));
  else if (event.key in PLACES && goTo(PLACES[event.key])) ;
  else if (!/^[a-z1-3]$/.test(event.key) || !press(event.key)) return;
  event.preventDefault();
});
