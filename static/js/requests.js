// What happens around every htmx request: the progress bar, failures and retries, signing in again,
// focus on the first wrong field, and no stale page on Back.

const SLOW_AFTER_MS = 300;
const RETRYABLE_ROW = "[data-row]";

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

// Failures: remember what failed, say so, offer to try again. Words come from templates in the page.

const failed = new Map();

function fail(event, name) {
  const { elt, requestConfig } = event.detail;
  failed.set(elt, { verb: requestConfig.verb, path: requestConfig.path });
  flagRow(elt.closest(RETRYABLE_ROW));
  showOnce(document.getElementById(`failure-${name}`) ?? document.getElementById("failure-other"));
}

function flagRow(row) {
  if (!row || row.hasAttribute("data-unsaved")) return;
  row.setAttribute("data-unsaved", "");
  row.querySelector(".save")?.append(copyOf(document.getElementById("failure-row")));
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

function copyOf(template) {
  return template.content.cloneNode(true);
}

function showOnce(template) {
  const shown = document.querySelector(`[data-from="${template.id}"]`);
  if (shown) return;
  const copy = copyOf(template);
  copy.firstElementChild.dataset.from = template.id;
  const home = template.id === "failure-401" ? document.body : document.getElementById("toasts");
  home.append(copy);
}

function hide(name) {
  document.querySelector(`[data-from="failure-${name}"]`)?.remove();
}

document.addEventListener("htmx:responseError", (event) => fail(event, event.detail.xhr.status));
document.addEventListener("htmx:sendError", (event) => fail(event, "offline"));
document.addEventListener("htmx:timeout", (event) => fail(event, "offline"));

document.addEventListener("htmx:afterRequest", (event) => {
  if (!event.detail.successful) return;
  failed.delete(event.detail.elt);
  clearRow(event.detail.elt.closest(RETRYABLE_ROW));
  if (!failed.size) ["offline", "429", "other"].forEach(hide);
});

function retry(matches) {
  for (const [element, { verb, path }] of [...failed]) {
    if (!element.isConnected) failed.delete(element);
    else if (matches(element)) window.htmx.ajax(verb, path, { source: element });
  }
}

const retryAll = () => retry(() => true);
// By itself the page repeats only saves of rows; a pressed button waits for its person.
const retryRows = () => retry((element) => element.matches(RETRYABLE_ROW));

document.addEventListener("click", (event) => {
  const row = event.target.closest("[data-retry]")?.closest(RETRYABLE_ROW);
  if (row) retry((element) => element.closest(RETRYABLE_ROW) === row);
  if (event.target.closest("[data-retry-all]")) {
    event.target.closest("[data-from]").remove();
    retryAll();
  }
});

window.addEventListener("online", retryRows);

// Signed out meanwhile: the page stays, the person signs in elsewhere, and this page takes over the new CSRF token.

async function signedInAgain() {
  const response = await fetch(window.location.href, { redirect: "manual", cache: "no-store" });
  if (!response.ok) return false;
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
    hide("401");
    retryRows();
  }
}

document.addEventListener("visibilitychange", comeBack);
window.addEventListener("focus", comeBack);

// A refused form (422): go to the first wrong field.

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.xhr?.status !== 422) return;
  event.detail.target.querySelector('[aria-invalid="true"], [role="alert"][tabindex]')?.focus();
});

// Back must never show a status from a page that the browser kept.

window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload();
});
