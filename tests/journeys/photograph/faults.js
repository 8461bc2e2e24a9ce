// What is wrong with a page at the width it has now: [{kind, what}], measured after it has come to rest.
(isTouched) => {
  const LEAST = 44;
  const faults = [];
  const root = document.documentElement;
  const note = (kind, what) => faults.push({ kind, what });
  const short = (text) => text.replace(/\s+/g, " ").trim().slice(0, 60);

  const place = (element) => {
    const names = [];
    for (let each = element; each && names.length < 3 && each !== document.body; each = each.parentElement) {
      names.unshift(each.id ? `#${each.id}` : [each.localName, ...each.classList].slice(0, 3).join("."));
      if (each.id) break;
    }
    return names.join(" > ");
  };

  const around = (element, test) => {
    for (let each = element.parentElement; each && each !== document.body; each = each.parentElement) {
      if (test(getComputedStyle(each), each)) return each;
    }
    return null;
  };

  const isSeen = (element) => {
    if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return false;
    // Words for screen readers only, and what waits above the page until it has the focus.
    return getComputedStyle(element).clipPath === "none" && !around(element, (style) => style.clipPath !== "none") && !element.closest(".skip, [aria-hidden=true]");
  };

  // The page itself never scrolls sideways; what is wider than it stands in a region that does.
  const scrolls = (style) => /auto|scroll/.test(style.overflowX);
  if (root.scrollWidth > root.clientWidth) {
    const wide = [...document.body.querySelectorAll("*")].filter(
      (each) => each.getBoundingClientRect().right > root.clientWidth + 1 && isSeen(each) && !around(each, scrolls),
    );
    const outermost = wide.filter((each) => !wide.includes(each.parentElement));
    note("scroll", `page ${root.scrollWidth} px wide: ${outermost.slice(0, 3).map(place).join(", ")}`);
  }

  // Text of which a part is not shown.
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const cut = new Set();
  while (walker.nextNode()) {
    const text = walker.currentNode;
    const element = text.parentElement;
    if (!text.data.trim() || !isSeen(element) || element.closest("option, script, style, template, textarea, noscript")) continue;
    if (element.closest(".slot")) continue; // a session in the week, as high as it is long: opens under mouse and focus
    const range = document.createRange();
    range.selectNodeContents(text);
    const box = range.getBoundingClientRect();
    if (!box.width) continue;
    for (let each = element; each && each !== document.body; each = each.parentElement) {
      const style = getComputedStyle(each);
      if (style.display === "inline" || style.display === "contents") continue;
      if (scrolls(style) || style.overflowY === "auto" || style.overflowY === "scroll") break;
      if (style.overflowX === "visible") continue;
      const edge = each.getBoundingClientRect();
      if (box.left < edge.left - 1 || box.right > edge.right + 1 || box.bottom > edge.bottom + 2) {
        if (!cut.has(each)) note("cut", `${place(each)}: ${short(text.data)}`);
        cut.add(each);
        break;
      }
    }
  }
  // Words that are broken in two because their place is too narrow. Long names and codes may be.
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const squeezed = new Set();
  while (words.nextNode()) {
    const text = words.currentNode;
    const element = text.parentElement;
    if (squeezed.has(element) || !isSeen(element) || element.closest("option, script, style, template, textarea, noscript, .mono")) continue;
    for (const word of text.data.matchAll(/(?<!\p{L})(?:\p{Script=Latin}|\p{Script=Greek}|\p{Script=Cyrillic}){3,12}(?!\p{L})/gu)) {
      const range = document.createRange();
      range.setStart(text, word.index);
      range.setEnd(text, word.index + word[0].length);
      const lines = new Set([...range.getClientRects()].filter((box) => box.width).map((box) => Math.round(box.bottom)));
      if (lines.size < 2) continue;
      note("squeezed", `${place(element)} breaks “${word[0]}”: ${short(text.data)}`);
      squeezed.add(element);
      break;
    }
  }
  // Words that run out of their place, to the right or to the left, and lie on what stands beside it.
  for (const each of document.querySelectorAll("td, th, dd, dt, .pill, .tag, .btn")) {
    if (!isSeen(each) || getComputedStyle(each).overflowX !== "visible") continue;
    const edge = each.getBoundingClientRect();
    const inner = document.createTreeWalker(each, NodeFilter.SHOW_TEXT);
    let out = 0;
    while (inner.nextNode()) {
      if (!inner.currentNode.data.trim() || !isSeen(inner.currentNode.parentElement)) continue;
      const range = document.createRange();
      range.selectNodeContents(inner.currentNode);
      const box = range.getBoundingClientRect();
      if (box.width) out = Math.max(out, box.right - edge.right, edge.left - box.left);
    }
    if (out > 1) note("cut", `${place(each)} runs out by ${Math.round(out)} px: ${short(each.textContent)}`);
  }

  // What a thumb must hit. A link within a sentence is as high as its line, and a tick box as large as its label.
  if (isTouched) {
    const inSentence = (link) =>
      getComputedStyle(link).display === "inline" && short(link.parentElement.textContent).length > short(link.textContent).length + 3;
    for (const each of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [role=option]")) {
      if (!isSeen(each) && !each.labels?.length) continue;
      if (each.matches("a") && inSentence(each)) continue;
      const boxes = [each, ...(each.labels ?? [])].filter((one) => one.checkVisibility()).map((one) => one.getBoundingClientRect());
      const width = Math.max(0, ...boxes.map((box) => box.width));
      const height = Math.max(0, ...boxes.map((box) => box.height));
      if (width && (width < LEAST - 0.5 || height < LEAST - 0.5)) {
        note("target", `${place(each)} ${Math.round(width)}×${Math.round(height)}: ${short(each.getAttribute("aria-label") ?? each.textContent ?? "")}`);
      }
    }
  }
  return faults;
}
