// What is typed into a report survives a reload and a new sign-in: it is kept in this tab until the report is received.

const form = document.querySelector("form[data-draft]:not([data-draft=''])");
const key = (name) => `draft ${name}`;
const fieldsOf = (form) => [...form.elements].filter((field) => field.name && !["hidden", "file", "submit"].includes(field.type));

if (form) {
  const kept = sessionStorage.getItem(key(form.dataset.draft));
  if (kept && !form.querySelector(".error")) restore(JSON.parse(kept));
  form.addEventListener("input", () => sessionStorage.setItem(key(form.dataset.draft), JSON.stringify(typed())));
}
for (const name of document.querySelector("[data-draft-done]")?.dataset.draftDone.split(" ") ?? []) sessionStorage.removeItem(key(name));

function typed() {
  return fieldsOf(form).map(({ name, type, value, checked }) => ({
    name,
    value,
    checked: ["radio", "checkbox"].includes(type) ? checked : null,
  }));
}

function restore(fields) {
  for (const { name, value, checked } of fields) {
    const field = fieldsOf(form).find((one) => one.name === name && (checked === null || one.value === value));
    if (!field) continue;
    if (checked !== null) field.checked = checked;
    else if (!field.value) field.value = value;
  }
}
