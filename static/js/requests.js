// What happens around every htmx request: the progress bar, failures and retries, signing in again,
// focus on the first wrong field, and no stale page on Back. And plain forms are not sent twice by a double click.

const SLOW_AFTER_MS = 300;
const ROW = "[data-row]";
const SAVES_ITSELF = `${ROW}, form:has([data-submit-at-once])`; // sent when it is changed, without a button
const MAY_PASS = [429, 503]; // answers after which trying again may help
const TELLS_NOTHING = [500, 502, 504]; // answers after which nobody knows whether it was saved; so does a header
const KEY = "form_key";
const LOOK_AFTER_MS = [0, 1000, 2000, 4000, 8000, 15000];
const ROW_AGAIN_AFTER_MS = [3000, 6000, 12000];

// Progress: a thin bar once anything has been under way for a while.

const progress = document.getElementById("progress");
let underWay = 0;
let slowTimer;

document.addEventListener("htmx:beforeSend", () => {
  underWay += 1;
  slowTimer ??= setTimeout(() => progress.classList.add("on"), SLOW_AFTER_MS);
});

document.addEventListener("htmx:afterRequest", () => {
  underWay = Math.max(underWay - 1, 0);
  if (underWay) return;
  clearTimeout(slowTimer);
  slowTimer = undefined;
  progress.classList.remove("on");
});

// Keys: under the key of a form a repeat is the same answer (ADR 39). Buttons that send a part of a form, or have none,
// bring it along too. Rows need none: their version makes a repeat harmless. What was answered gets another key, so that
// the same thing done again on purpose is done.

const sentKeys = new WeakMap(); // by element: of what has not been answered, or has no form
const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const keyFieldOf = (element) => (element.form ?? element.closest("form"))?.elements.namedItem(KEY);

function keyOf(element) {
  const key = sentKeys.get(element) ?? keyFieldOf(element)?.value ?? newKey();
  sentKeys.set(element, key);
  return key;
}

function renewKey(element) {
  const field = keyFieldOf(element);
  if (field && field.value === sentKeys.get(element)) field.value = newKey();
  sentKeys.delete(element);
}

document.addEventListener("htmx:configRequest", ({ detail: { elt, verb, parameters } }) => {
  if (verb === "post" && !elt.matches(ROW)) parameters[KEY] = keyOf(elt);
});

// Failures: remember what failed, say so, offer to try again. The server's own sentence (plain text) comes first;
// other words come from templates in the page.

const failed = new Map();
const templateOf = (name) => document.getElementById(`failure-${name}`);
const copyOf = (template) => template.content.cloneNode(true);

function remember({ elt, requestConfig: { verb, path, triggeringEvent } }) {
  failed.set(elt, { verb, path, button: triggeringEvent?.submitter });
  flagRow(elt.closest(ROW));
}

function forget(element) {
  failed.delete(element);
  looking.delete(element);
  rowTries.delete(element);
  renewKey(element);
  sentAnew.delete(element);
  const row = element.closest(ROW);
  if (![...failed.keys()].some((each) => each.closest(ROW) === row)) clearRow(row);
  if (failed.size) return;
  for (const toast of document.querySelectorAll("[data-toast]:has([data-retry-all])")) toast.remove();
}

function flagRow(row) {
  if (!row || row.hasAttribute("data-unsaved")) return;
  row.setAttribute("data-unsaved", "");
  row.querySelector(".save")?.append(copyOf(templateOf("row")));
  announceRows();
}

function clearRow(row) {
  if (!row?.hasAttribute("data-unsaved")) return;
  row.removeAttribute("data-unsaved");
  row.querySelector("[data-retry]")?.remove();
  announceRows();
}

function announceRows() {
  document.dispatchEvent(new Event("rows:changed"));
}

function show(name, sentence = "") {
  const from = `${name} ${sentence}`;
  if ([...document.querySelectorAll("[data-from]")].some((shown) => shown.dataset.from === from)) return;
  const copy = copyOf(templateOf(name) ?? templateOf("other"));
  copy.firstElementChild.dataset.from = from;
  if (sentence) copy.querySelector("p").textContent = sentence;
  document.getElementById("toasts").append(copy); // which dialogs.js keeps above an open dialog
}

function sentenceOf(xhr) {
  return xhr.getResponseHeader("Content-Type")?.startsWith("text/plain") ? xhr.responseText : "";
}

function explain({ xhr }) {
  const sentence = sentenceOf(xhr);
  if (!sentence) show(xhr.status);
  else show(MAY_PASS.includes(xhr.status) ? "said-retry" : "said", sentence);
}

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (!detail.xhr.status) return; // no answer came: see below
  const { elt, failed: hasFailed, xhr } = detail;
  if (xhr.status < 400 || !(hasFailed || sentenceOf(xhr))) {
    forget(elt);
    return;
  }
  if (xhr.status === 401) {
    onSignedOut(detail);
    return;
  }
  // A row waits until it is saved; of everything else only what may pass next time is worth repeating.
  if (elt.closest(ROW) || xhr.status >= 500 || MAY_PASS.includes(xhr.status)) remember(detail);
  if (isUnknown(detail)) findOut(elt);
  else explain(detail);
});

for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, ({ detail }) => {
    remember(detail);
    if (detail.requestConfig.verb === "post") findOut(detail.elt);
    else show("offline");
  });
}

// Not known: nobody says that it was not saved. The page asks by the key, now and then while the site cannot be reached.
// What was saved is sent once more as it was, which brings its answer; what was not is the person's to send again.

const looking = new Map(); // by element: whether it has been changed since it was sent
const rowTries = new WeakMap();
const pause = (ms) =>
  new Promise((done) => {
    setTimeout(done, ms);
    window.addEventListener("online", done, { once: true });
  });

function isUnknown({ xhr, requestConfig: { verb } }) {
  if (verb !== "post") return false;
  return TELLS_NOTHING.includes(xhr.status) || xhr.getResponseHeader("Outcome-Unknown") !== null;
}

function findOut(element) {
  if (element.matches(ROW)) sendRowAgain(element);
  else if (!looking.has(element)) lookUp(element);
}

async function sendRowAgain(row) {
  const tries = rowTries.get(row) ?? 0;
  rowTries.set(row, tries + 1);
  show("row-unknown");
  if (tries >= ROW_AGAIN_AFTER_MS.length) return;
  await pause(ROW_AGAIN_AFTER_MS[tries]);
  retry((element) => element === row);
}

async function lookUp(element) {
  looking.set(element, false);
  hide("unknown");
  show("looking");
  const outcome = await askFor(element);
  const isChanged = looking.get(element);
  hide("looking");
  if (!looking.delete(element)) return; // answered meanwhile
  if (outcome === "saved" && !isChanged) retry((each) => each === element);
  else if (outcome === "saved") show("saved");
  else show(outcome === "not_saved" ? "not-saved" : "unknown");
}

async function askFor(element) {
  const address = `/sent/${keyOf(element)}/`;
  for (const ms of LOOK_AFTER_MS) {
    await pause(ms);
    const answer = await fetch(address, { headers: { Accept: "application/json" }, redirect: "manual" }).catch(() => undefined);
    const { outcome } = answer?.ok ? await answer.json() : { outcome: "running" };
    if (outcome !== "running") return outcome;
  }
  return "unknown";
}

function hide(name) {
  for (const shown of document.querySelectorAll("[data-from]")) if (shown.dataset.from === `${name} `) shown.remove();
}

document.addEventListener("input", ({ target }) => {
  for (const element of looking.keys()) if (element.contains(target) || element.form === target.form) looking.set(element, true);
});

function lookAgain() {
  for (const element of failed.keys()) if (sentKeys.has(element) && !looking.has(element)) lookUp(element);
}

function retry(matches) {
  for (const [element, { verb, path, button }] of [...failed]) {
    if (!element.isConnected) failed.delete(element);
    else if (!matches(element)) continue;
    else if (button?.isConnected) button.click();
    else if (element.matches("form")) element.requestSubmit();
    else window.htmx.ajax(verb, path, { source: element });
  }
}

// By itself the page repeats only what was sent by itself; a pressed button waits for its person.
const retryByItself = () => retry((element) => element.matches(SAVES_ITSELF));

document.addEventListener("click", (event) => {
  const row = event.target.closest("[data-retry]")?.closest(ROW);
  if (row) retry((element) => element.closest(ROW) === row);
  if (event.target.closest("[data-look-again]")) lookAgain();
  if (event.target.closest("[data-reload]")) window.location.reload();
  if (event.target.closest("[data-retry-all]")) {
    event.target.closest("[data-toast]").remove();
    retry(() => true);
  }
  if (event.target.closest("[data-toast-close]")) {
    for (const element of [...failed.keys()]) if (!element.closest(ROW)) failed.delete(element);
  }
});

window.addEventListener("online", () => {
  retryByItself();
  if (document.querySelector("[data-look-again]")) lookAgain();
});

// Signed out meanwhile: the page stays, the person signs in elsewhere, and this page takes over the new CSRF token.
// Where that has happened already, what was refused is sent anew at once; refused once more, it waits as well.

const sentAnew = new WeakSet();

async function onSignedOut(detail) {
  const { elt } = detail;
  remember(detail);
  if (!sentAnew.has(elt) && (await signedInAgain())) {
    sentAnew.add(elt);
    retry((each) => each === elt);
    return;
  }
  if (!elt.matches(SAVES_ITSELF)) forget(elt);
  show(401);
}

async function signedInAgain() {
  const response = await fetch(window.location.href, { redirect: "manual", cache: "no-store" }).catch(() => undefined);
  if (!response?.ok) return false;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  if (page.body.dataset.user !== document.body.dataset.user) return false;
  const headers = page.body.getAttribute("hx-headers");
  document.body.setAttribute("hx-headers", headers);
  const token = JSON.parse(headers)["X-CSRFToken"];
  for (const input of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) input.value = token;
  return true;
}

async function comeBack() {
  if (document.visibilityState !== "visible" || !document.getElementById("signed-out")) return;
  if (await signedInAgain()) {
    document.getElementById("signed-out").remove();
    retryByItself();
  }
}

document.addEventListener("visibilitychange", comeBack);
window.addEventListener("focus", comeBack);

// A refused form (422): go to the first wrong field.

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.xhr?.status !== 422) return;
  const swapped = event.detail.target.isConnected ? event.detail.target : event.target; // by hx-swap="outerHTML"
  swapped.querySelector('[aria-invalid="true"], [role="alert"][tabindex]')?.focus();
});

// Options that are swapped into a list are moved one by one, and browsers then choose another one than the answer says.

document.addEventListener("htmx:afterSwap", ({ detail: { target } }) => {
  if (!target.matches("select")) return;
  const chosen = [...target.options].find((option) => option.defaultSelected);
  if (chosen) chosen.selected = true;
});

// An answer never replaces what somebody is typing in.

document.addEventListener("htmx:oobBeforeSwap", (event) => {
  if (event.detail.target === document.activeElement) event.detail.shouldSwap = false;
});

// Answers may overtake each other: what was read earlier never replaces what was read later.

document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
  const { readAt } = detail.target.dataset;
  const arriving = detail.fragment.firstElementChild?.dataset.readAt;
  if (readAt && arriving && Number(arriving) < Number(readAt)) detail.shouldSwap = false;
});

// A plain form is sent once: while its answer is awaited, the second press of a double click is dropped.

const DOUBLE_CLICK_MS = 2000;

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.hasAttribute("data-sent")) event.preventDefault();
  form.setAttribute("data-sent", "");
  setTimeout(() => form.removeAttribute("data-sent"), DOUBLE_CLICK_MS);
});

// Back must never show a status from a page that the browser kept.

window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload();
});
