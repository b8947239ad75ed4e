// Keys for those who live in lists: / and Ctrl K search, j and k go from row to row, and what shows a key is pressed by it.
// All but Ctrl K are off while typing.

// A way to something folded opens it, and leads into its first field.
document.addEventListener("click", (event) => {
  const way = event.target.closest("a[data-opens]");
  if (!way) return;
  const fold = document.querySelector(way.hash);
  fold.open = true;
  const field = fold.querySelector("textarea, input:not([type=hidden])");
  if (!field) return;
  event.preventDefault();
  field.focus();
});

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    const search = document.querySelector(".topbar [type=search]");
    // A phone has no field in its top bar, and the keys of its browser are left alone.
    if (!search?.checkVisibility()) return;
    event.preventDefault();
    search.select();
  }
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [contenteditable]")) return;
  const shown = document.querySelector(`[data-key-of="${CSS.escape(event.key)}"]`);
  // A key that is held down decides once.
  if (shown) {
    if (!event.repeat) shown.click();
  } else if (event.key === "/") {
    event.preventDefault();
    document.querySelector("[type=search]")?.focus();
  } else if (event.key === "j" || event.key === "k") {
    const links = [...document.querySelectorAll("[data-key] a.name")];
    const at = links.indexOf(document.activeElement);
    links[Math.min(links.length - 1, Math.max(0, at + (event.key === "j" ? 1 : -1)))]?.focus();
  }
});
