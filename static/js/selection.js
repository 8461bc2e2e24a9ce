// Lists of which several rows are picked at once: [data-select-all] ticks all, [data-selected-count] counts, and what
// carries data-needs-selection is shown once anything is ticked. Works inside the nearest [data-selection].

document.addEventListener("change", (event) => {
  const list = event.target.closest("[data-selection]");
  if (!list || !event.target.matches("[type=checkbox]")) return;
  const boxes = [...list.querySelectorAll("[data-select]")];
  if (event.target.matches("[data-select-all]")) {
    for (const box of boxes) box.checked = event.target.checked;
  }
  const count = boxes.filter((box) => box.checked).length;
  for (const all of list.querySelectorAll("[data-select-all]")) {
    all.checked = count > 0 && count === boxes.length;
    all.indeterminate = count > 0 && count < boxes.length;
  }
  for (const number of list.querySelectorAll("[data-selected-count]")) number.textContent = count;
  for (const part of list.querySelectorAll("[data-needs-selection]")) part.toggleAttribute("data-shown", count > 0);
});
