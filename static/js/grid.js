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

// What was typed is saved when its field is left. Where there is no row to go on to, it is left and entered again.
function onEnter(cell, next, at) {
  if (next) return focusIn(next, at);
  cell.blur();
  cell.focus();
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const cell = event.target.closest(CELLS);
  const row = cell?.closest("[data-row]");
  if (!row) return;
  const at = cellsOf(row).indexOf(cell);
  if (event.key === "Enter") onEnter(cell, rowBeside(row, event.shiftKey ? "previousElementSibling" : "nextElementSibling"), at);
  else if (event.key === "ArrowDown") focusIn(rowBeside(row, "nextElementSibling"), at);
  else if (event.key === "ArrowUp") focusIn(rowBeside(row, "previousElementSibling"), at);
  else if (event.key === "Delete" && cell.type === "checkbox") row.querySelector("[name=take_back]")?.click();
  else if (event.key === "ArrowLeft" && isCaretAt(cell, "start")) focusIn(row, Math.max(at - 1, 0));
  else if (event.key === "ArrowRight" && isCaretAt(cell, "end")) focusIn(row, at + 1);
  else return;
  event.preventDefault();
}

// Who is there is taken to pass until somebody says otherwise, and nobody passes who was not there.
function keepTogether(cell) {
  const row = cell.closest("[data-row]");
  const present = row.querySelector('[data-field="present"]');
  const passed = row.querySelector('[data-field="passed"]');
  if (cell === passed && passed.checked) present.checked = true;
  if (cell === present) passed.checked = present.checked;
}

// State: saved, with the time; or how many rows are not.

const UNSAVED = "[data-row][data-unsaved], tr.conflict";
const UNDER_WAY = "[data-row].htmx-request";
const UNSENT = `[data-row][data-unsent], ${UNDER_WAY}`;

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
  if (time) time.textContent = new Date().toLocaleTimeString(document.documentElement.lang, { hourCycle: "h23" });
}

// What counts the whole list, such as Finalize, waits for rows under way and does not start while some are not saved.

let waiting;
let said;

function holdBack(event) {
  const button = event.target.closest("[data-needs-saved]");
  if (!button || !grid.querySelector(`${UNSAVED}, ${UNDER_WAY}`)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (grid.querySelector(UNSAVED)) sayUnsaved();
  else waiting = button;
}

function goOn() {
  if (!waiting || grid.querySelector(`${UNSAVED}, ${UNDER_WAY}`)) return;
  const button = waiting.isConnected ? waiting : document.querySelector("#finalize [data-needs-saved]");
  waiting = undefined;
  button?.click();
}

function sayUnsaved() {
  if (said?.isConnected) return;
  const copy = document.getElementById("rows-unsaved").content.cloneNode(true);
  said = copy.firstElementChild;
  document.getElementById("toasts").append(copy);
}

// A row is sent again while its conflict stands open below it: the next answer tells anew.
function dropConflict(row) {
  const next = row.nextElementSibling;
  if (row.matches("[data-row]") && next?.matches("tr.conflict")) next.remove();
}

if (grid) {
  grid.addEventListener("keydown", onKey);
  // In the capture phase, before htmx reads the row.
  grid.addEventListener("change", (event) => event.target.matches("[data-field]") && keepTogether(event.target), true);
  grid.addEventListener("input", (event) => event.target.closest("[data-row]")?.setAttribute("data-unsent", ""));
  grid.addEventListener("htmx:beforeSend", (event) => {
    event.target.removeAttribute("data-unsent");
    dropConflict(event.target);
  });
  document.addEventListener("click", holdBack, true);
  document.addEventListener("htmx:afterRequest", () => setTimeout(goOn));
  grid.addEventListener("htmx:afterSettle", () => {
    showTime();
    showState();
  });
  document.addEventListener("rows:changed", showState);
  window.addEventListener("beforeunload", (event) => {
    if (grid.querySelector(`${UNSAVED}, ${UNSENT}`)) event.preventDefault();
  });
}
