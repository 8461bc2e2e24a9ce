// The training matrix: arrows move between cells, Enter, Space or a click opens one. One set of listeners serves any
// number of cells, and a matrix that was swapped as well: a cell has no link of its own, its row and column name it.

const MATRIX = "[data-matrix]";
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

let opened; // row and column of the cell whose dialog is open

// What takes the focus in a cell: its first link, or the cell itself.
const inside = (cell) => cell.querySelector("a") ?? cell;

function focusOn(cell) {
  const target = inside(cell);
  if (target === cell) cell.tabIndex = -1;
  target.focus({ preventScroll: true });
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function move(cell, [down, right]) {
  const rows = [...cell.closest("table").rows];
  const row = rows[rows.indexOf(cell.parentElement) + down];
  const next = row?.cells[cell.cellIndex + right];
  if (next) focusOn(next);
}

function isOpenable(cell) {
  return cell.matches("tbody td[class]:not(.st)");
}

function open(cell) {
  const table = cell.closest(MATRIX);
  const learner = cell.parentElement.dataset.k;
  const course = table.tHead.rows[0].cells[cell.cellIndex].dataset.k;
  cell.id = `cell-${learner}-${course}`;
  cell.tabIndex = -1;
  cell.focus({ preventScroll: true });
  opened = cell.id;
  const path = table.dataset.cell.replace("/0/", `/${learner}/`).replace("/0/", `/${course}/`) + table.dataset.query;
  window.htmx.ajax("GET", path, { source: table, target: "#dialogs", swap: "innerHTML" });
}

document.addEventListener("click", (event) => {
  const cell = event.target.closest(`${MATRIX} td`);
  if (cell && isOpenable(cell)) open(cell);
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const cell = event.target.closest(`${MATRIX} :is(td, th)`);
  if (!cell) return;
  if (STEPS[event.key]) move(cell, STEPS[event.key]);
  else if ((event.key === "Enter" || event.key === " ") && event.target === cell && isOpenable(cell)) open(cell);
  else return;
  event.preventDefault();
});

// The focus comes back to the cell, also where adding to a session has put another in its place.
document.addEventListener(
  "close",
  (event) => {
    if (event.target.matches("dialog.cell") && opened) document.getElementById(opened)?.focus();
  },
  true,
);
