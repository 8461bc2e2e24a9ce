// Suggestions of the global search: arrows choose, Enter opens, Esc closes. Without this script the form still searches.

const form = document.querySelector("[data-search]");

if (form) {
  const input = form.querySelector("[role=combobox]");
  const list = form.querySelector("[role=listbox]");
  const options = () => [...list.querySelectorAll("[role=option]")];
  const chosen = () => list.querySelector('[aria-selected="true"]');

  function show(isOpen) {
    form.classList.toggle("open", isOpen);
    input.setAttribute("aria-expanded", String(isOpen));
    if (!isOpen) choose(null);
  }

  function choose(option) {
    chosen()?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
  }

  function step(by) {
    const all = options();
    if (!all.length) return;
    show(true);
    const at = all.indexOf(chosen());
    choose(all[at < 0 && by < 0 ? all.length - 1 : (at + by + all.length) % all.length]);
  }

  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      step(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && chosen()) {
      event.preventDefault();
      chosen().click();
    } else if (event.key === "Escape") {
      event.preventDefault();
      if (form.classList.contains("open")) show(false);
      else input.blur();
    }
  });
  list.addEventListener("htmx:afterSwap", () => show(document.activeElement === input && list.childElementCount > 0));
  input.addEventListener("focus", () => show(list.childElementCount > 0));
  form.addEventListener("focusout", (event) => {
    if (!form.contains(event.relatedTarget)) show(false);
  });
}
