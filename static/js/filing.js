// Filing certificates. Rows are read as soon as they are pasted, so that they wait on the server from then on. Dropped
// files are sent one by one: each is judged while the next waits, and one that is refused stops no other.

document.addEventListener("paste", ({ target }) => {
  const form = target.closest?.("[data-paste-at-once]");
  if (!form || !target.matches("textarea") || target.value) return;
  setTimeout(() => form.requestSubmit()); // when what was pasted stands in the field
});

const waiting = [];
let all = 0;

function told(form) {
  const line = form.querySelector("[data-sent-of]");
  line.hidden = !all;
  line.textContent = line.dataset.sentOf.replace("{done}", all - waiting.length).replace("{all}", all);
}

function put(form, files) {
  const taken = new DataTransfer();
  for (const file of files) taken.items.add(file);
  form.querySelector("input[type=file]").files = taken.files;
}

function sendNext(form) {
  told(form);
  const [file] = waiting;
  put(form, file ? [file] : []);
  form.toggleAttribute("data-sending", Boolean(file));
  if (file) form.requestSubmit();
  else form.querySelector("[data-files]").replaceChildren();
}

document.addEventListener("change", ({ target }) => {
  const form = target.closest?.("[data-one-by-one]");
  if (form && target.type === "file") take(form, target.files);
});

document.addEventListener("drop", ({ target }) => {
  const form = target.closest?.("[data-one-by-one]");
  if (form) take(form, form.querySelector("input[type=file]").files);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-send]");
  if (!button) return;
  event.preventDefault();
  if (button.form.hasAttribute("data-sending")) return; // the field holds the file that is under way
  take(button.form, button.form.querySelector("input[type=file]").files);
});

function take(form, files) {
  const isSending = form.hasAttribute("data-sending");
  if (!waiting.length) all = 0;
  waiting.push(...files);
  all += files.length;
  if (!isSending && waiting.length) sendNext(form);
}

document.addEventListener("htmx:afterRequest", ({ target, detail }) => {
  if (!target.matches("[data-one-by-one]")) return;
  if (detail.successful || [409, 413, 415, 422].includes(detail.xhr.status)) {
    waiting.shift();
    sendNext(target);
  } else {
    target.removeAttribute("data-sending"); // what was not sent waits in the field, for the button
    put(target, waiting);
    waiting.length = 0;
    all = 0;
    told(target);
  }
});
