// Native dialogs. A button with data-dialog-open="id" opens the dialog with that id; one that arrives by htmx with
// data-dialog-auto opens at once and leaves the page when closed. The browser hands the focus back to the opener.
// While a dialog is open everything else lies behind it and answers nobody: the toasts go into it, and back.

const toasts = document.getElementById("toasts");

function placeToasts() {
  const place = [...document.querySelectorAll("dialog:modal")].at(-1) ?? document.body;
  if (toasts.parentElement !== place) place.append(toasts);
}

function open(dialog) {
  if (dialog && !dialog.open) dialog.showModal();
  placeToasts();
}

for (const name of ["htmx:beforeSwap", "htmx:oobBeforeSwap"]) {
  document.addEventListener(name, () => {
    if (toasts.closest("dialog")) document.body.append(toasts); // what is swapped may be the dialog
  });
}

new MutationObserver(placeToasts).observe(toasts, { childList: true }); // a refusal comes without a swap

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
  placeToasts();
});

document.addEventListener(
  "close",
  (event) => {
    placeToasts();
    if (event.target.matches("[data-dialog-auto]")) event.target.remove();
  },
  true,
);
