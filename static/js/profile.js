// The worker's page: when another sheet was opened, its rows are marked in the tables, as a reload would mark them, and
// where the sheet lies below the tables it comes into sight.

const BELOW = matchMedia("(max-width: 1340px)"); // as in profile.css

document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.target.id !== "sheet") return;
  const sheet = document.getElementById("sheet");
  for (const row of document.querySelectorAll("tr[data-record]")) {
    row.classList.toggle("cur", row.dataset.record === sheet.dataset.record);
  }
  if (BELOW.matches) sheet.scrollIntoView();
});
