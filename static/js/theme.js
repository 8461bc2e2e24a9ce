// The theme is a cookie, so that the server writes it into the next page and nothing flashes.

const YEAR_S = 31_536_000;
const root = document.documentElement;

function mark() {
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === (root.dataset.theme ?? "")));
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-theme-choice]");
  if (!button) return;
  const theme = button.dataset.themeChoice;
  const secure = window.location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `theme=${theme}; Path=/; SameSite=Lax; Max-Age=${theme ? YEAR_S : 0}${secure}`;
  if (theme) root.dataset.theme = theme;
  else delete root.dataset.theme;
  mark();
});

mark();
