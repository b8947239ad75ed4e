// Keys for those who live in lists: / and Ctrl K search, j and k go from row to row. All but Ctrl K are off while typing.

// A way to something folded opens it.
document.addEventListener("click", (event) => {
  const way = event.target.closest("a[data-opens]");
  if (way) document.querySelector(way.hash).open = true;
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
  if (event.key === "/") {
    event.preventDefault();
    document.querySelector("[type=search]")?.focus();
  } else if (event.key === "j" || event.key === "k") {
    const links = [...document.querySelectorAll("[data-key] a.name")];
    const at = links.indexOf(document.activeElement);
    links[Math.min(links.length - 1, Math.max(0, at + (event.key === "j" ? 1 : -1)))]?.focus();
  }
});
