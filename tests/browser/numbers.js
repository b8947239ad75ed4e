// Every number that can be seen and pressed: what its own link says, and the number. A click is written down in the page instead of followed.
(() => {
  const numberOf = (text) => text.trim().match(/^[+−]?(\d[\d.]*)(?: .*)?$/)?.[1].replaceAll(".", "");
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (texts.nextNode()) {
    const text = texts.currentNode;
    const link = text.parentElement.closest("a[href]");
    const number = numberOf(text.data);
    const counts = text.parentElement.matches("[data-figure], .count, .badge, .number a, .count-link, .formula a, .rates a, [data-figure] *");
    const alone = /^\s*[\d.]+\s*$/.test(text.data);
    if (!link || number === undefined || !(counts || alone) || !text.parentElement.checkVisibility({ visibilityProperty: true })) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    if (range.getBoundingClientRect().width < 2 || text.parentElement.closest(".visually-hidden")) continue;
    found.push({ range, element: text.parentElement, own: link.getAttribute("href"), number: Number(number) });
  }
  window.numbers = found;
  window.opened = [];
  addEventListener(
    "click",
    (event) => {
      event.preventDefault();
      event.stopImmediatePropagation();
      window.opened.push(event.target.closest("a[href]")?.getAttribute("href") ?? null);
    },
    { capture: true },
  );
  return found.map(({ own, number }) => ({ own, number }));
})();
