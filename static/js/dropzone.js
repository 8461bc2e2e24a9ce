// A label.dz around a file input, made better: drag and drop, the names and sizes chosen, the limit checked before the
// upload, and its progress. Without this script the input is an ordinary one.

const numbers = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });

function sizeOf({ size }) {
  return size < 1024 ** 2 ? `${numbers.format(size / 1024)} KB` : `${numbers.format(size / 1024 ** 2)} MB`;
}

const zoneOf = (event) => event.target.closest?.("[data-dropzone]");

function show(zone) {
  const input = zone.querySelector("input[type=file]");
  const files = [...input.files];
  const isTooLarge = files.reduce((sum, file) => sum + file.size, 0) > Number(zone.dataset.maxBytes || Infinity);
  if (isTooLarge) input.value = "";
  zone.querySelector("[data-too-large]").hidden = !isTooLarge;
  const chosen = isTooLarge ? [] : files;
  zone.querySelector("[data-files]").replaceChildren(
    ...chosen.map((file) => {
      const line = document.createElement("span");
      line.textContent = `${file.name}, ${sizeOf(file)}`;
      return line;
    }),
  );
  zone.classList.toggle("full", chosen.length > 0);
  if (chosen.length && "submitAtOnce" in zone.dataset) input.form.requestSubmit();
}

document.addEventListener("change", (event) => {
  const zone = zoneOf(event);
  if (zone) show(zone);
});

// To the browser the same file chosen again is no change, and after a failed upload it would not be sent.
document.addEventListener("click", ({ target }) => {
  if (target.matches("[data-submit-at-once] input[type=file]")) target.value = "";
});

for (const kind of ["dragenter", "dragover"]) {
  document.addEventListener(kind, (event) => {
    const zone = zoneOf(event);
    if (!zone) return;
    event.preventDefault();
    zone.classList.add("over");
  });
}

document.addEventListener("dragleave", (event) => {
  const zone = zoneOf(event);
  if (zone && !zone.contains(event.relatedTarget)) zone.classList.remove("over");
});

document.addEventListener("drop", (event) => {
  const zone = zoneOf(event);
  if (!zone) return;
  event.preventDefault();
  zone.classList.remove("over");
  const input = zone.querySelector("input[type=file]");
  const taken = new DataTransfer();
  for (const file of [...event.dataTransfer.files].slice(0, input.multiple ? undefined : 1)) taken.items.add(file);
  input.files = taken.files;
  show(zone);
});

// A file dropped beside the zone must not replace the page.
for (const kind of ["dragover", "drop"]) {
  window.addEventListener(kind, (event) => event.preventDefault());
}

document.addEventListener("htmx:xhr:progress", (event) => {
  const bar = event.target.querySelector?.("[data-upload-progress]");
  if (!bar || !event.detail.lengthComputable) return;
  bar.hidden = false;
  bar.max = event.detail.total;
  bar.value = event.detail.loaded;
});

document.addEventListener("htmx:afterRequest", (event) => {
  const bar = event.target.querySelector?.("[data-upload-progress]");
  if (bar) bar.hidden = true;
});
