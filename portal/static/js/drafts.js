// What is typed survives a reload, a new sign-in and a crash: it is kept on the server, sealed, until it is received.
// On the page it lies only in its fields. A document that is not normal is wiped there and on the server at once.

const PAUSE_MILLISECONDS = 800;
const NORMAL = "NORMAL";
const forms = [...document.querySelectorAll("form[data-draft]:not([data-draft=''])")];
const told = document.querySelector("[data-draft-told]");
let pause;
let waiting;
// What was sent and is not answered yet: a page that is left gives up its requests.
let unanswered;
// One after the other: what was typed last is kept last, and a draft that is dropped stays dropped.
let line = Promise.resolve();

for (const form of forms) {
  form.addEventListener("input", () => later(form));
  form.addEventListener("change", ({ target }) => {
    if (target.name === "secrecy" && target.value !== NORMAL) wipe(form);
    else later(form);
  });
  // What is sent is kept by the server itself.
  form.addEventListener("submit", () => {
    stop();
    unanswered = undefined;
  });
}
document.addEventListener("visibilitychange", () =>
  document.visibilityState === "hidden" && (waiting ?? unanswered) && keep(waiting ?? unanswered, true));

function later(form) {
  stop();
  waiting = form;
  pause = setTimeout(() => keep(form), PAUSE_MILLISECONDS);
}

function stop() {
  clearTimeout(pause);
  waiting = undefined;
}

function keep(form, leaving = false) {
  stop();
  const asks = form.elements.secrecy;
  if (!asks || asks.value === NORMAL) post("/drafts", form, leaving);
}

function post(path, form, keepalive) {
  const body = new URLSearchParams({ draft: form.dataset.draft });
  // Two forms of one page are one draft; the key is that of the form in which is typed.
  for (const one of [form, ...forms.filter((other) => other !== form && other.dataset.draft === form.dataset.draft)])
    for (const [name, value] of new FormData(one)) if (typeof value === "string") body.append(name, value);
  // Whoever leaves cannot wait for what is on its way.
  line = (keepalive ? Promise.resolve() : line).then(async () => {
    unanswered = path === "/drafts" ? form : undefined;
    try {
      const answer = await fetch(path, { method: "POST", body, keepalive, redirect: "manual" });
      unanswered = undefined;
      const signedOut = document.querySelector("[data-signed-out]");
      if (signedOut) signedOut.hidden = answer.status !== 401;
      if (told && answer.status === 200) told.textContent = await answer.text();
    } catch {
      // Nobody answers: the words are still on the page, and the next key tries again.
      if (told) told.textContent = "";
    }
  });
}

function wipe(form) {
  stop();
  for (const token of form.querySelectorAll(".agency-token")) token.remove();
  for (const field of form.elements)
    if (field.matches("textarea, input[type=text]") || /(?<!directive)_id$|^seen$/.test(field.name)) field.value = "";
  for (const words of form.querySelectorAll(".instruction-text, .instruction-who, .instruction-when")) {
    words.replaceChildren();
    words.removeAttribute("title");
  }
  post("/drafts/forget", form);
  // What still comes under the old key is not kept; whoever chose the wrong level begins under a new one.
  form.elements.idempotency_key.value = crypto.randomUUID();
}
