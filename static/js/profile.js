// The worker's page: when another sheet was opened, its rows are marked in the tables, as a reload would mark them, and
// where the sheet does not stand beside the tables it comes into sight. The page may be too short then to show it at the
// top; when its picture and the log arrive, the browser would take the person back to the tables, so it is shown anew.

const BELOW = matchMedia("(max-width: 1340px)"); // as in profile.css
const MOVES = ["wheel", "touchmove", "keydown", "pointerdown"]; // by which somebody goes elsewhere

let isInSight = false;

function mark(sheet) {
  for (const row of document.querySelectorAll("tr[data-record]")) {
    row.classList.toggle("cur", row.dataset.record === sheet.dataset.record);
  }
}

document.addEventListener("htmx:afterSettle", ({ detail }) => {
  const sheet = document.getElementById("sheet");
  if (detail.target.id === "sheet") {
    mark(sheet);
    isInSight = BELOW.matches;
  }
  if (isInSight) sheet.scrollIntoView();
});

document.addEventListener("load", ({ target }) => { // of a picture, which does not bubble
  if (isInSight) target.closest?.("#sheet")?.scrollIntoView();
}, true);

for (const name of MOVES) {
  document.addEventListener(name, () => { isInSight = false; }, { passive: true });
}
