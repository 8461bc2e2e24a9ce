// The attendance grid. htmx attributes on each row save it; this adds the keys, ties "passed" to "present", shows
// whether everything is saved, and warns before unsaved rows are left behind. One listener serves any number of rows.

const CELLS = "[data-field]:not(:disabled)";
const grid = document.querySelector("[data-grid]");

const cellsOf = (row) => [...row.querySelectorAll(CELLS)];

function rowBeside(row, direction) {
  let next = row[direction];
  while (next && !(next.matches("[data-row]") && next.querySelector(CELLS))) next = next[direction];
  return next;
}

function focusIn(row, at) {
  if (!row) return;
  const cells = cellsOf(row);
  const cell = cells[Math.min(at, cells.length - 1)];
  cell.focus();
  if (cell.type === "text") cell.select();
}

function isCaretAt(input, edge) {
  if (input.type !== "text") return true;
  const position = edge === "start" ? 0 : input.value.length;
  const all = input.selectionStart === 0 && input.selectionEnd === input.value.length;
  return all || (input.selectionStart === position && input.selectionEnd === position);
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const cell = event.target.closest(CELLS);
  const row = cell?.closest("[data-row]");
  if (!row) return;
  const at = cellsOf(row).indexOf(cell);
  if (event.key === "ArrowDown" || (event.key === "Enter" && !event.shiftKey)) focusIn(rowBeside(row, "nextElementSibling"), at);
  else if (event.key === "ArrowUp" || event.key === "Enter") focusIn(rowBeside(row, "previousElementSibling"), at);
  else if (event.key === "ArrowLeft" && isCaretAt(cell, "start")) focusIn(row, Math.max(at - 1, 0));
  else if (event.key === "ArrowRight" && isCaretAt(cell, "end")) focusIn(row, at + 1);
  else return;
  event.preventDefault();
}

// Nobody passes who was not there: "passed" brings "present" along, and leaves with it.
function keepTogether(cell) {
  const row = cell.closest("[data-row]");
  const present = row.querySelector('[data-field="present"]');
  const passed = row.querySelector('[data-field="passed"]');
  if (cell === passed && passed.checked) present.checked = true;
  if (cell === present && !present.checked) passed.checked = false;
}

// State: saved, with the time; or how many rows are not.

const UNSAVED = "[data-row][data-unsaved], tr.conflict";
const UNSENT = "[data-row][data-unsent], [data-row].htmx-request";

function showState() {
  const count = grid.querySelectorAll(UNSAVED).length;
  for (const line of document.querySelectorAll("[data-grid-state]")) {
    line.hidden = (line.dataset.gridState === "unsaved") !== count > 0;
    const number = line.querySelector("[data-grid-count]");
    if (number) number.textContent = count;
  }
}

function showTime() {
  const time = document.querySelector("[data-grid-time]");
  if (time) time.textContent = new Date().toLocaleTimeString(document.documentElement.lang);
}

if (grid) {
  grid.addEventListener("keydown", onKey);
  // In the capture phase, before htmx reads the row.
  grid.addEventListener("change", (event) => event.target.matches("[data-field]") && keepTogether(event.target), true);
  grid.addEventListener("input", (event) => event.target.closest("[data-row]")?.setAttribute("data-unsent", ""));
  grid.addEventListener("htmx:beforeSend", (event) => event.target.removeAttribute("data-unsent"));
  grid.addEventListener("htmx:afterSettle", () => {
    showTime();
    showState();
  });
  document.addEventListener("rows:changed", showState);
  window.addEventListener("beforeunload", (event) => {
    if (grid.querySelector(`${UNSAVED}, ${UNSENT}`)) event.preventDefault();
  });
}
