// Toasts leave after six seconds, unless they are errors or somebody is reading them; of good news stand the last few.

const SHOWN_MS = 6000;
const MOST = 3;
const toasts = document.getElementById("toasts");
let timers = new Map();

function start(toast) {
  if (toast.hasAttribute("data-stays") || timers.has(toast)) return;
  timers.set(toast, setTimeout(() => close(toast), SHOWN_MS));
}

function close(toast) {
  clearTimeout(timers.get(toast));
  timers.delete(toast);
  toast.remove();
}

function pause() {
  timers.forEach(clearTimeout);
  timers = new Map();
}

function resume() {
  if (toasts.matches(":hover, :focus-within")) return;
  toasts.querySelectorAll("[data-toast]").forEach(start);
}

toasts.addEventListener("pointerenter", pause);
toasts.addEventListener("focusin", pause);
toasts.addEventListener("pointerleave", resume);
toasts.addEventListener("focusout", () => requestAnimationFrame(resume));
toasts.addEventListener("click", (event) => {
  if (event.target.closest("[data-toast-close]")) close(event.target.closest("[data-toast]"));
});

function makeRoom() {
  const passing = [...toasts.querySelectorAll("[data-toast]:not([data-stays])")];
  passing.slice(0, -MOST).forEach(close);
  resume();
}

new MutationObserver(makeRoom).observe(toasts, { childList: true });
resume();
