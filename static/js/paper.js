// Pages of a signed sheet: the row of the worker, which is marked on the picture, comes into sight when it is there.

function show(place) {
  for (const band of place.querySelectorAll(".sheet-pages .band")) {
    const picture = band.parentElement.querySelector("img");
    if (picture.complete) reveal(band);
    else picture.addEventListener("load", () => reveal(band), { once: true });
  }
}

// Only the pages scroll, where they do; the page around them stays where it is, unless it is there for them alone.
function reveal(band) {
  const row = band.firstElementChild.getBoundingClientRect();
  const pages = band.closest(".sheet-pages");
  if (pages.scrollHeight > pages.clientHeight) {
    const around = pages.getBoundingClientRect();
    pages.scrollTop += row.top + row.height / 2 - around.top - around.height / 2;
  } else if (pages.closest(".paper-view") && !location.hash) {
    scrollBy(0, row.top + row.height / 2 - innerHeight / 2);
  }
}

show(document);
document.addEventListener("htmx:afterSettle", ({ detail }) => show(detail.target));
