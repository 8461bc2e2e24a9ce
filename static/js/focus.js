// Where the keyboard is when an answer has swapped away what it was on: on what stands there now, else on the first
// thing of the same part of the page; a part that goes names its heir in data-afterwards. It never falls back to the
// top (WCAG 2.4.3). A dialog that closes needs this only where its opener is gone: else the browser hands the focus back.

const FOCUSABLE = "a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), summary, [tabindex]";

let last; // what had the focus outside dialogs, with the ids around it, the innermost first

document.addEventListener("focusin", ({ target }) => {
  if (target.closest("dialog")) return;
  const ids = [];
  for (let each = target; each; each = each.parentElement) {
    ids.push(each.id || each.querySelector(":scope > th[scope=row]")?.id, each.dataset.afterwards); // a row by its head
  }
  last = { element: target, ids };
});

// Somebody who leaves by a click into the void means it; an element that is switched off or removed does not. While it
// is being removed the browser still calls it part of the page, so look when that is over.
document.addEventListener("focusout", ({ target }) => {
  queueMicrotask(() => {
    const isLeft = document.activeElement === document.body && target.isConnected && !target.disabled;
    if (isLeft && last?.element === target) last = undefined;
  });
});

function firstIn(part) {
  const whole = part.matches("th[scope=row]") ? part.parentElement : part; // a row is known by its head
  return [whole, ...whole.querySelectorAll(FOCUSABLE)].find((each) => each.matches(FOCUSABLE) && each.checkVisibility());
}

function refocus() {
  if (!last || last.element.isConnected || document.activeElement !== document.body) return;
  const parts = last.ids.map((id) => id && document.getElementById(id)).filter(Boolean);
  parts.map(firstIn).find(Boolean)?.focus();
}

document.addEventListener("htmx:afterSettle", refocus);
document.addEventListener("close", refocus, true); // of a dialog whose opener was swapped away behind it
