// The agency field: what is typed is looked up by the server, the list opens under it. Enter or a click takes one over.
// Enter in it never sends the form: who presses it wants the agency, also when the list has not come yet.

const PAUSE_MILLISECONDS = 120;
const fieldOf = (element) => element.closest?.("[data-agency-field]");
const inputOf = (field) => field.querySelector("[role=combobox]");
const optionsOf = (field) => [...field.querySelectorAll("[role=option][data-id]")];
let pause;

document.addEventListener("input", ({ target }) => {
  const field = target.matches("[role=combobox]") && fieldOf(target);
  if (!field) return;
  const chosen = !field.dataset.many && field.querySelector("input[type=hidden]");
  if (chosen) chosen.value = "";
  // What was found for fewer letters is not taken over by an Enter that comes before the answer for these.
  for (const option of optionsOf(field)) option.setAttribute("aria-selected", "false");
  target.removeAttribute("aria-activedescendant");
  clearTimeout(pause);
  pause = setTimeout(() => look(field), PAUSE_MILLISECONDS);
});

document.addEventListener("focusout", ({ target, relatedTarget }) => {
  const field = fieldOf(target);
  if (field && !field.contains(relatedTarget)) close(field);
});

document.addEventListener("keydown", (event) => {
  const field = event.target.matches?.("[role=combobox]") && fieldOf(event.target);
  if (!field || event.isComposing) return;
  const options = optionsOf(field);
  const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  const isOpen = event.target.getAttribute("aria-expanded") === "true";
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (!isOpen) look(field);
    else if (options.length) mark(field, options[(at + (event.key === "ArrowDown" ? 1 : -1) + options.length) % options.length]);
  } else if (event.key === "Enter") {
    event.preventDefault();
    if (isOpen && at >= 0) take(field, options[at]);
    else if (!isOpen && !isTaken(field)) look(field);
  } else if (event.key === "Escape" && isOpen) {
    event.preventDefault();
    close(field);
  } else if (event.key === "Backspace" && !event.target.value && field.dataset.many) {
    [...field.querySelectorAll(".agency-token")].at(-1)?.remove();
    changed(field);
  }
});

// The list must not take the focus away before the click arrives.
document.addEventListener("mousedown", (event) => event.target.closest("[data-agency-field] .options") && event.preventDefault());

document.addEventListener("click", (event) => {
  const field = fieldOf(event.target);
  if (!field) return;
  const option = event.target.closest("[role=option][data-id]");
  const remove = event.target.closest(".agency-token button");
  if (option) take(field, option);
  else if (remove) {
    event.preventDefault();
    remove.closest(".agency-token").remove();
    inputOf(field).focus();
    changed(field);
  }
});

async function look(field) {
  const input = inputOf(field);
  const asked = input.value.trim();
  if (!asked) return close(field);
  const answer = await fetch(`/agencies/options?${new URLSearchParams({ q: asked })}`);
  // Who has gone on meanwhile, or typed on, is not disturbed.
  if (!answer.ok || input.value.trim() !== asked || document.activeElement !== input) return;
  const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelectorAll("[role=option]");
  const list = document.getElementById(input.getAttribute("aria-controls"));
  list.replaceChildren(...found);
  [...found].forEach((option, place) => (option.id = `${list.id}-${place}`));
  input.setAttribute("aria-expanded", "true");
  const first = optionsOf(field)[0];
  if (first) mark(field, first);
}

function mark(field, option) {
  for (const one of optionsOf(field)) one.setAttribute("aria-selected", String(one === option));
  inputOf(field).setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

function take(field, { dataset }) {
  const input = inputOf(field);
  if (field.dataset.many) {
    if (![...field.querySelectorAll(".agency-token input")].some((one) => one.value === dataset.id))
      input.before(token(field.dataset, dataset));
    input.value = "";
  } else {
    input.value = dataset.name;
    field.querySelector("input[type=hidden]").value = dataset.id;
  }
  close(field);
  input.focus();
  changed(field);
}

// For whoever keeps what is typed.
function changed(field) {
  inputOf(field).dispatchEvent(new Event("change", { bubbles: true }));
}

function isTaken(field) {
  return !field.dataset.many && field.querySelector("input[type=hidden]").value !== "";
}

function token({ many: name, remove: words }, { id, name: agency, short }) {
  const made = document.createElement("span");
  made.className = "agency-token";
  const kept = Object.assign(document.createElement("input"), { type: "hidden", name, value: id });
  const remove = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
  remove.setAttribute("aria-label", words.replace("{agency}", agency));
  made.append(kept, short, remove);
  return made;
}

function close(field) {
  for (const option of field.querySelectorAll("[role=option]")) option.remove();
  inputOf(field).setAttribute("aria-expanded", "false");
  inputOf(field).removeAttribute("aria-activedescendant");
}
