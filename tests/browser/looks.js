// What an eye would find wrong with the page as it stands: each finding is one sentence. Called with the width of the window.
(width) => {
  const found = [];
  const TOUCH = 44;
  const SLACK = 1;
  const brush = document.createElement("canvas").getContext("2d");

  const named = (element) => {
    const id = element.id ? `#${element.id}` : "";
    const css = [...element.classList].map((name) => `.${name}`).join("");
    return `<${element.localName}${id}${css}> “${(element.textContent ?? "").trim().replace(/\s+/g, " ").slice(0, 50)}”`;
  };
  const shown = (element) =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !element.closest(".visually-hidden, .skip, [hidden], defs, symbol");
  const ancestors = function* (element) {
    for (let one = element; one && one !== document.documentElement; one = one.parentElement) yield one;
  };
  // A region that scrolls may hold more than it shows, when the keyboard can move it: itself, or from link to link.
  const inRegion = (element) =>
    [...ancestors(element.parentElement)].some(
      (one) => ["auto", "scroll"].includes(getComputedStyle(one).overflowX) && (one.tabIndex >= 0 || one.querySelector("a[href], button")),
    );

  // Measured large: at its own size everything is rounded to whole pixels.
  const LARGE = 20;
  const sizes = new Map();
  const inked = (style) => {
    const font = `${style.fontWeight} ${parseFloat(style.fontSize) * LARGE}px ${style.fontFamily}`;
    if (!sizes.has(font)) {
      brush.font = font;
      const large = brush.measureText("ỂẬậy");
      sizes.set(font, Object.fromEntries(["fontBoundingBoxAscent", "fontBoundingBoxDescent", "actualBoundingBoxAscent", "actualBoundingBoxDescent"].map((name) => [name, large[name] / LARGE])));
    }
    return sizes.get(font);
  };
  const inkTop = (line, size) => {
    const baseline = line.top + size.fontBoundingBoxAscent * (line.height / (size.fontBoundingBoxAscent + size.fontBoundingBoxDescent));
    return baseline - size.actualBoundingBoxAscent;
  };

  const page = document.scrollingElement;
  if (page.scrollWidth > page.clientWidth) found.push(`sideways: the page is ${page.scrollWidth} px wide in a window of ${page.clientWidth}`);

  for (const element of document.body.querySelectorAll("*")) {
    if (!shown(element) || element.closest("svg") !== null || inRegion(element)) continue;
    const box = element.getBoundingClientRect();
    if (box.width === 0 || box.height === 0) continue;
    if (box.left < -SLACK || box.right > page.clientWidth + SLACK) found.push(`outside: ${named(element)} reaches from ${box.left | 0} to ${box.right | 0}`);
  }

  // Every piece of text, against every box that cuts what is larger than itself.
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  while (texts.nextNode()) {
    const text = texts.currentNode;
    const element = text.parentElement;
    if (!text.data.trim() || !shown(element) || element.closest("option, textarea, script")) continue;
    range.selectNodeContents(text);
    const lines = [...range.getClientRects()].filter((line) => line.width > 0);
    if (lines.length === 0) continue;
    const style = getComputedStyle(element);
    const size = inked(style);
    for (const cutter of ancestors(element)) {
      const cut = getComputedStyle(cutter);
      const clips = [cut.overflowX, cut.overflowY].some((value) => value === "hidden" || value === "clip");
      if (!clips || (cutter.localName === "svg" && cut.overflow === "visible")) continue;
      const margin = cut.overflowX === "clip" ? parseFloat(cut.overflowClipMargin) || 0 : 0;
      const box = cutter.getBoundingClientRect();
      const clamped = cut.webkitLineClamp !== "none";
      const visible = clamped ? lines.filter((line) => line.top < box.bottom - 2) : lines;
      const whole = cutter.title || element.title || cutter.closest("a[href]") || element.closest("a[href]");
      if (clamped && visible.length < lines.length && !whole) found.push(`clipped: ${named(element)} is cut to ${visible.length} lines, and nothing leads to the rest`);
      // The marks upon capitals of the first line that is not shown may still look out below the last one that is.
      const hidden = lines[visible.length];
      if (clamped && hidden && inkTop(hidden, size) < box.bottom - 0.25) found.push(`cut: what is left of a line that is not shown, below ${named(element)}`);
      for (const line of visible) {
        const wide = line.right > box.right + margin + SLACK || line.left < box.left - margin - SLACK;
        if (wide && !(cut.textOverflow === "ellipsis" && whole)) found.push(`clipped: ${named(element)} is wider than ${named(cutter)}`);
        // The line box says nothing of the marks upon a capital: the ink is measured.
        const top = inkTop(line, size);
        if (top < box.top - margin - 0.75) found.push(`cut: the marks upon capitals of ${named(element)}`);
        if (top + size.actualBoundingBoxAscent + size.actualBoundingBoxDescent > box.bottom + margin + 0.75) found.push(`cut: the marks under letters of ${named(element)}`);
      }
      break;
    }
  }

  for (const field of document.querySelectorAll("input[placeholder]")) {
    if (!shown(field) || field.value) continue;
    const style = getComputedStyle(field);
    brush.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    const room = field.clientWidth - parseFloat(style.paddingInlineStart) - parseFloat(style.paddingInlineEnd);
    if (brush.measureText(field.placeholder).width > room + SLACK) found.push(`clipped: the hint “${field.placeholder}” of #${field.id || field.name}`);
  }

  // Words drawn upon one another.
  for (const picture of document.querySelectorAll("svg")) {
    const labels = [...picture.querySelectorAll("text")].filter(shown).map((label) => [label, label.getBoundingClientRect()]);
    for (const [place, [label, box]] of labels.entries())
      for (const [other, next] of labels.slice(place + 1))
        if (box.left < next.right - 1 && next.left < box.right - 1 && box.top < next.bottom - 2 && next.top < box.bottom - 2)
          found.push(`overlap: “${label.textContent}” and “${other.textContent}”`);
  }

  // A number beside what is drawn of it, and the number of its row: none lies upon another, or upon a bar or a square.
  for (const strip of document.querySelectorAll(".due-strip")) {
    if (!shown(strip)) continue;
    const row = strip.closest("tr");
    // Words that are only spoken lie wherever they like.
    const piecesOf = (cell) => {
      const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT, (text) => (text.data.trim() && shown(text.parentElement) ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_REJECT));
      const pieces = [];
      while (walker.nextNode()) {
        range.selectNodeContents(walker.currentNode);
        pieces.push([walker.currentNode.parentElement, range.getBoundingClientRect()]);
      }
      return pieces;
    };
    const words = [
      ...[...strip.querySelectorAll("text")].filter(shown).map((label) => [label, label.getBoundingClientRect()]),
      ...[...(row?.querySelectorAll("th a, td.number, td.movement") ?? [])].flatMap(piecesOf),
    ];
    const drawn = [...strip.querySelectorAll("rect, use")].filter(shown).map((shape) => [shape, shape.getBoundingClientRect()]);
    const meet = (box, next, slack) =>
      box.width > 0 && next.width > 0 && box.left < next.right - slack && next.left < box.right - slack && box.top < next.bottom - 2 && next.top < box.bottom - 2;
    for (const [place, [label, box]] of words.entries()) {
      if (box.right > page.clientWidth + SLACK || box.left < -SLACK) found.push(`overprint: “${label.textContent.trim()}” of ${named(row)} is cut by the window`);
      for (const [other, next] of words.slice(place + 1)) if (meet(box, next, 1)) found.push(`overprint: “${label.textContent.trim()}” and “${other.textContent.trim()}” in ${named(row)}`);
      if (label.closest(".due-strip") && drawn.some(([, next]) => meet(box, next, 1))) found.push(`overprint: “${label.textContent.trim()}” upon what is drawn in ${named(row)}`);
    }
  }

  if (width < 768) {
    const controls = "button, .btn, .chip, select, textarea, summary, .tabs a, .bottombar a, .segmented label, .choice-list label, .unit-grid a, .menu a, input:not([type=hidden], [type=radio], [type=checkbox])";
    for (const control of document.querySelectorAll(controls)) {
      if (!shown(control) || control.getAttribute("aria-hidden") === "true") continue;
      const box = control.getBoundingClientRect();
      if (box.width < TOUCH - 0.5 || box.height < TOUCH - 0.5) found.push(`small: ${named(control)} is ${box.width | 0} × ${box.height | 0}`);
    }
  }
  return [...new Set(found)];
}
