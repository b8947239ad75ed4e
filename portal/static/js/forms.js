// Small help while a form is filled: sent once, the checklist follows, a file that is too large is told at once.

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  if (form.method !== "post" || event.submitter?.hasAttribute("hx-post")) return;
  form.dataset.sent = "1";
  event.submitter?.setAttribute("aria-busy", "true");
});

// A step that was not done says so, and nothing that was typed is touched.
const toldOf = (name) => document.querySelector(`[data-${name}]`);
for (const failed of ["htmx:responseError", "htmx:sendError"])
  document.addEventListener(failed, ({ detail }) => {
    const told = toldOf(detail.xhr?.status === 401 ? "signed-out" : "not-done");
    if (!told) return;
    told.hidden = false;
    told.scrollIntoView({ block: "center" });
  });
document.addEventListener("htmx:afterSwap", () => {
  for (const told of [toldOf("signed-out"), toldOf("not-done")]) if (told) told.hidden = true;
});

// A page that comes back from the browser's memory may be sent again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
  }
});

// A number pasted whole, "Số: 123/TB-VPUBND", falls into number and notation; one that is still being typed is left alone.
const partNumber = (target) => {
  const notation = target.name === "number" && target.form?.elements.notation;
  if (!notation || notation.value) return;
  const whole = target.value.match(/^\s*(?:số\s*:?\s*)?([^\s/]+)\s*\/\s*(\S.*)$/i);
  if (whole) [, target.value, notation.value] = whole;
};
document.addEventListener("change", ({ target }) => partNumber(target));
document.addEventListener("input", ({ target, inputType }) => inputType === "insertFromPaste" && partNumber(target));

const checklist = document.querySelector("[data-checklist]");
if (checklist) {
  const form = checklist.closest("form");
  const follow = () => {
    for (const line of checklist.querySelectorAll("[data-needs]")) {
      const names = line.dataset.needs.split(" ");
      const done = names.every((name) => form.elements[name]?.value.trim() || (name === "file" && form.elements.file_id?.value));
      line.querySelector("use").setAttribute("href", done ? "#m-done" : "#m-undated");
    }
  };
  form.addEventListener("input", follow);
  form.addEventListener("change", follow);
  follow();
}

document.addEventListener("change", ({ target }) => {
  if (!target.dataset.largest) return;
  const choice = target.closest(".file-choice");
  if (choice.previousElementSibling.dataset.told) choice.previousElementSibling.remove();
  if ((target.files[0]?.size ?? 0) > Number(target.dataset.largest)) {
    target.value = "";
    choice.before(Object.assign(document.createElement("p"), { className: "error", textContent: target.dataset.tooLarge }));
    choice.previousElementSibling.dataset.told = "1";
  }
  choice.querySelector(".chosen-file").textContent = target.files[0]?.name ?? target.dataset.none;
});
