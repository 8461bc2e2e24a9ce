// The hours of a capture: Enter goes to the next worker instead of sending the form, arrows step by half an hour (the
// browser's own), and two buttons fill in everybody. Listens on the page, for the form arrives with a dialog.

const FORM = "[data-hours]";
const hoursOf = (form) => [...form.querySelectorAll('input[type="number"]')];

document.addEventListener("keydown", (event) => {
  const form = event.target.closest(FORM);
  if (!form || event.key !== "Enter" || event.ctrlKey || event.metaKey || !event.target.matches('input[type="number"]')) return;
  event.preventDefault();
  const inputs = hoursOf(form);
  const next = inputs[inputs.indexOf(event.target) + (event.shiftKey ? -1 : 1)];
  if (next) next.select();
  else if (!event.shiftKey) form.querySelector(".btn.pri").focus();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-hours-all]");
  if (!button) return;
  for (const input of hoursOf(button.closest(FORM))) input.value = button.dataset.hoursAll;
});
