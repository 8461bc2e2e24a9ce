// A long list of buttons is one stop of the Tab key: the arrows, Home and End go through it ([data-roving]).

const buttonsOf = (list) => [...list.querySelectorAll("button:not(:disabled)")];

function stopAt(list, button) {
  for (const each of buttonsOf(list)) each.tabIndex = each === button ? 0 : -1;
}

function settle() {
  for (const list of document.querySelectorAll("[data-roving]")) {
    const buttons = buttonsOf(list);
    stopAt(list, buttons.find((each) => each === document.activeElement) ?? buttons[0]);
  }
}

document.addEventListener("focusin", ({ target }) => {
  const list = target.closest("[data-roving]");
  if (list && target.matches("button")) stopAt(list, target);
});

document.addEventListener("keydown", (event) => {
  const list = event.target.closest("[data-roving]");
  if (!list || event.ctrlKey || event.metaKey || event.altKey) return;
  const buttons = buttonsOf(list);
  const at = buttons.indexOf(event.target);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
  if (at < 0 || next === undefined) return;
  event.preventDefault();
  buttons[Math.min(Math.max(next, 0), buttons.length - 1)].focus();
});

document.addEventListener("htmx:afterSettle", settle);
settle();
