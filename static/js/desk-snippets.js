// Snippets: typing / and the beginning of a name on a line of its own offers them in a list.
const answer = document.getElementById("id_answer");
const snippets = [...document.querySelectorAll("[data-snippet]")].map((name) => (
  { name: name.dataset.snippet, text: name.nextElementSibling.textContent }));
const CALL = /(?:^|\n)[ \t]*\/([\w-]*)$/;
const list = document.createElement("ul");
let shown = [], at = 0;

function close() {
  list.hidden = true;
  shown = [];
  answer.removeAttribute("aria-activedescendant");
}

function mark() {
  [...list.children].forEach((item, number) => item.setAttribute("aria-selected", String(number === at)));
  answer.setAttribute("aria-activedescendant", list.children[at].id);
  list.children[at].scrollIntoView({ block: "nearest" });
}

function offer() {
  const call = answer.value.slice(0, answer.selectionStart).match(CALL);
  shown = call ? snippets.filter(({ name }) => name.toLowerCase().startsWith(call[1].toLowerCase())) : [];
  if (!shown.length) { close(); return; }
  list.replaceChildren(...shown.map(({ name, text }, number) => {
    const item = document.createElement("li");
    item.id = `snippet-${number}`;
    item.setAttribute("role", "option");
    item.append(Object.assign(document.createElement("code"), { textContent: `/${name}` }), ` ${text.slice(0, 70)}`);
    item.addEventListener("pointerdown", (event) => { event.preventDefault(); at = number; insert(); });
    return item;
  }));
  at = 0;
  list.hidden = false;
  mark();
}

function insert() {
  const end = answer.selectionStart;
  const start = answer.value.slice(0, end).lastIndexOf("/");
  const { text } = shown[at];
  close();
  answer.setRangeText(text, start, end, "end");
  answer.dispatchEvent(new Event("input", { bubbles: true }));
  answer.focus();
}

if (answer && snippets.length) {
  list.className = "desk-offer";
  list.id = "snippet-list";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Snippets");
  answer.after(list);
  answer.setAttribute("aria-controls", list.id);
  answer.setAttribute("aria-autocomplete", "list");
  answer.addEventListener("input", offer);
  answer.addEventListener("blur", close);
  answer.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown") at = (at + 1) % shown.length;
    else if (event.key === "ArrowUp") at = (at + shown.length - 1) % shown.length;
    else if (event.key === "Escape") { close(); event.stopPropagation(); return; }
    else if (event.key === "Enter" || event.key === "Tab") { event.preventDefault(); insert(); return; }
    else return;
    event.preventDefault();
    mark();
  });
}

// The key "/" of desk-keys.js: to the answer, on a new line, with the list open.
document.addEventListener("desk:snippets", () => {
  if (!answer) return;
  if (answer.selectionStart === 0) answer.selectionStart = answer.selectionEnd = answer.value.length;
  answer.focus();
  const before = answer.value.slice(0, answer.selectionStart);
  answer.setRangeText(before === "" || before.endsWith("\n") ? "/" : "\n/", answer.selectionStart, answer.selectionEnd, "end");
  answer.dispatchEvent(new Event("input", { bubbles: true }));
});
