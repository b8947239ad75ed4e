// The document beside its form: a passage of the pasted text becomes a task, and a PDF is looked at without leaving the browser.

const text = document.querySelector("#document_text");
if (text) besideTheForm();

function besideTheForm() {
  const add = document.querySelector("#add-passage");
  const noPassage = document.querySelector("[data-no-passage]");
  const tooLong = document.querySelector("#document_text-error");
  const file = document.querySelector("#source-file");
  const frame = document.querySelector("#source-frame");

  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (!event.repeat) add.click();
  });

  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.elt !== add) return;
    const words = passage();
    noPassage.hidden = Boolean(words);
    if (!words) {
      event.preventDefault();
      text.focus();
      return;
    }
    event.detail.parameters.passage = words;
    // Typing goes on in the new task, so that it must be seen where there is room for one of both.
    document.querySelector("#view-form").checked = true;
  });

  document.addEventListener("click", ({ target }) => {
    if (!target.closest("[data-to-text]")) return;
    for (const view of ["#view-source", "#shown-text"]) document.querySelector(view).checked = true;
    text.focus();
  });

  // Whoever has said the level of secrecy may paste at once, wherever no field takes it.
  document.addEventListener("paste", (event) => {
    const isElsewhere = event.target !== text;
    if (isElsewhere && (event.target.closest("textarea, select, input:not([type=radio])") || !text.checkVisibility())) return;
    const pasted = event.clipboardData.getData("text/plain");
    const kept = text.value.length - (text.selectionEnd - text.selectionStart);
    tooLong.hidden = kept + pasted.length <= Number(text.dataset.most);
    if (isElsewhere || !tooLong.hidden) event.preventDefault();
    if (!isElsewhere || !tooLong.hidden || !pasted) return;
    text.focus();
    text.setRangeText(pasted, text.selectionStart, text.selectionEnd, "end");
    text.dispatchEvent(new Event("input", { bubbles: true }));
    text.dispatchEvent(new Event("pasted"));
  });

  // It is shown as a PDF whatever it is: nothing else is opened under our name.
  file.addEventListener("change", () => show(file.files[0]));

  document.addEventListener("change", ({ target }) => {
    if (target.name !== "secrecy" || target.value === "NORMAL") return;
    file.value = "";
    show(undefined);
  });

  function show(chosen) {
    URL.revokeObjectURL(frame.src);
    frame.hidden = !chosen;
    if (chosen) frame.src = URL.createObjectURL(new Blob([chosen], { type: "application/pdf" }));
    else frame.removeAttribute("src");
  }
}

// What is selected, or the line in which the cursor stands.
function passage() {
  const { selectionStart: from, selectionEnd: to, value } = text;
  if (from !== to) return value.slice(from, to).trim();
  const begin = value.slice(0, from).lastIndexOf("\n") + 1;
  return value.slice(begin).split("\n", 1)[0].trim();
}
