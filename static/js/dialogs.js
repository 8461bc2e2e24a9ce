// Native dialogs. A button with data-dialog-open="id" opens the dialog with that id; one that arrives by htmx with
// data-dialog-auto opens at once and leaves the page when closed. The browser hands the focus back to the opener.

function open(dialog) {
  if (dialog && !dialog.open) dialog.showModal();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog-open]");
  if (opener) {
    event.preventDefault();
    open(document.getElementById(opener.dataset.dialogOpen));
  }
  if (event.target.closest("[data-dialog-close]")) {
    event.preventDefault();
    event.target.closest("dialog").close();
  }
  if (event.target.matches("dialog")) event.target.close(); // the ground around it
});

document.addEventListener("htmx:afterSettle", (event) => {
  const place = event.detail.target;
  for (const dialog of [place, ...place.querySelectorAll("dialog")]) {
    if (dialog.matches("dialog[data-dialog-auto]")) open(dialog);
  }
});

document.addEventListener(
  "close",
  (event) => {
    if (event.target.matches("[data-dialog-auto]")) event.target.remove();
  },
  true,
);
