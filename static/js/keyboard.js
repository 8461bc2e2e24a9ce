// Keys that work on every page: "/" searches, Esc closes, Ctrl+Enter does the one thing the page is for.

const isTyping = (element) => element.matches("input, textarea, select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target)) {
    const search = document.getElementById("search");
    if (!search || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    search.focus();
    search.select();
  } else if (event.key === "Escape") {
    closeMenus();
  } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const place = document.querySelector("dialog[open]") ?? document;
    const button = [...place.querySelectorAll('[data-hotkey="ctrl+enter"]')].find((each) => each.checkVisibility());
    if (!button || event.repeat || button.matches(':disabled, [aria-disabled="true"]')) return;
    event.preventDefault();
    button.focus(); // what is still being typed elsewhere is sent first
    button.click();
  }
});

// Behind a dialog a menu stays as it was: the focus comes back to the entry that has opened the dialog.
function closeMenus(except) {
  if (document.querySelector("dialog:modal")) return;
  for (const menu of document.querySelectorAll("[data-menu][open]")) {
    if (menu === except) continue;
    if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    menu.open = false;
  }
}

document.addEventListener("click", (event) => closeMenus(event.target.closest("[data-menu]")));
document.addEventListener("focusin", (event) => closeMenus(event.target.closest("[data-menu]")));

// A link dressed as a button that is not available yet says why beside it, and does nothing.
document.addEventListener(
  "click",
  (event) => {
    if (!event.target.closest('.btn[aria-disabled="true"]')) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  true,
);
