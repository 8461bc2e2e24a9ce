// Admin's own template does not know the theme cookie. Run before anything is drawn, so that nothing flashes.
const chosen = /(?:^|; )theme=(light|dark)(?:;|$)/.exec(document.cookie);
if (chosen) document.documentElement.dataset.theme = chosen[1];
