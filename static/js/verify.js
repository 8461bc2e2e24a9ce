// The verification queue by keyboard: J and K, or the arrows inside the list, choose; Space ticks the chosen row.
// Ctrl+Enter signs off, see keyboard.js.

const STEPS = { j: 1, k: -1, ArrowDown: 1, ArrowUp: -1 };

document.addEventListener("keydown", (event) => {
  const { target, key } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (target.matches("input:not([type=checkbox]), textarea, select")) return;
  const queue = document.querySelector("[data-queue]");
  if (!queue) return;
  const isInside = queue.contains(target);
  if (key === " " && isInside && target.matches("a")) {
    event.preventDefault();
    target.closest("li").querySelector("[data-select]")?.click();
  } else if (key in STEPS && (isInside || !key.startsWith("Arrow"))) {
    event.preventDefault();
    step(queue, STEPS[key]);
  }
});

// The row is current at once, so that keys which come quicker than answers go on from it; the last one wins.
function step(queue, by) {
  const links = [...queue.querySelectorAll("a")];
  const at = links.findIndex((link) => link.matches("[aria-current]"));
  const next = links[at + by];
  if (!next) return;
  for (const link of links) {
    link.toggleAttribute("aria-current", link === next);
    link.closest("li").classList.toggle("cur", link === next);
  }
  next.focus();
  next.click();
}
