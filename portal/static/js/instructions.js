// The line of a folded task follows what is typed into its form: what, to whom, until when.

for (const kind of ["input", "change"])
  document.addEventListener(kind, ({ target }) => {
    const fold = target.closest?.("details.instruction");
    if (fold) say(fold);
  });

// A task that has just been made is seen as a whole.
document.addEventListener("htmx:afterSettle", ({ target }) => {
  if (target.id === "instructions") document.activeElement.closest("details.instruction")?.scrollIntoView({ block: "nearest" });
});

// What folds above the task that is opened does not carry it out of sight.
document.addEventListener(
  "toggle",
  ({ target }) => target.matches?.("details.instruction[open]") && target.firstElementChild.scrollIntoView({ block: "nearest" }),
  true,
);

function say(fold) {
  const words = fold.closest("#instructions").dataset;
  const typed = (name) => fold.querySelector(`[name$="-${name}"]`).value.trim();
  const isDated = fold.querySelector("[name$='-deadline_class']:checked").value === "DATED";
  const due = typed("due") ? words.due.replace("{day}", typed("due")) : words.noDay;
  show(fold.querySelector(".instruction-text"), typed("content") || words.noContent);
  show(fold.querySelector(".instruction-who"), who(fold) || words.nobody);
  fold.querySelector(".instruction-when").textContent = isDated ? due : words.undated;
}

// What is longer than the line is read whole by whoever points at it.
function show(place, words) {
  place.title = place.textContent = words;
}

// The first of the ways to name who leads that is used.
function who(fold) {
  const agency = fold.querySelector("[data-who] input[role=combobox]");
  const group = fold.querySelector("[data-who] select");
  const composed = group.value === "composed" && fold.querySelector("[name$='-group_name']").value.trim();
  return agency.value.trim() || composed || (group.value && group.selectedOptions[0].textContent);
}
