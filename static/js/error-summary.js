// Moves focus to the error summary, so that a screen reader begins there, and makes its links
// put the label of the field in view, not only the control.
const summary = document.querySelector("[data-autofocus]");

summary?.focus();
summary?.addEventListener("click", (event) => {
  const field = document.getElementById(event.target.hash?.slice(1));
  if (!field) return;

  event.preventDefault();
  (field.closest(".field") ?? field).scrollIntoView();
  field.focus({ preventScroll: true });
});
