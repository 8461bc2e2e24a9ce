// On a phone the rows of a table are cards (tables.css), and its heads out of sight: each cell gets its own before it.

const isNarrow = window.matchMedia("(max-width: 780px)");

const wordsOf = (head) => (head.querySelector(".vh, input") ? "" : head.textContent.trim());
const isBare = (cell) => !cell.textContent.trim() && !cell.querySelector("input, button, svg, img, progress");

function label(table) {
  const heads = [...table.querySelectorAll(":scope > thead th")].map(wordsOf);
  for (const row of table.tBodies[0]?.rows ?? []) {
    for (const [at, cell] of [...row.cells].entries()) {
      if (cell.localName !== "td" || cell.hasAttribute("colspan")) continue;
      if (isBare(cell)) cell.dataset.label = "";
      else if (heads[at]) cell.dataset.label = heads[at];
      else delete cell.dataset.label;
    }
  }
}

function labelAll(place = document.body) {
  if (!isNarrow.matches) return;
  const inside = place.closest("table.g");
  for (const table of inside ? [inside] : place.querySelectorAll("table.g")) label(table);
}

document.addEventListener("htmx:afterSettle", ({ detail }) => labelAll(detail.target));
isNarrow.addEventListener("change", () => labelAll());
labelAll();
