// The page learns that something changed: numbers change by themselves, lists say how much is new and wait to be asked.
// One tab of the browser holds the stream and tells the others.

const GATHER_MILLISECONDS = 120;
const OWN_REFRESH = { headers: { "Chidao-Refresh": "1" } };

const channel = new BroadcastChannel("chidao-live");
const waiting = new Map();
let inTouch = false;

channel.addEventListener("message", ({ data }) => told(data));
document.addEventListener("click", (event) => event.target.closest("[data-live-list] button") && takeOver(event.target.closest("[data-live-list]")));

if (document.querySelector("[data-live], [data-live-list]")) {
  if (navigator.locks) navigator.locks.request("chidao-live", () => new Promise(listen));
  else listen();
}

function listen() {
  const stream = new EventSource("/live");
  // What changed between the making of the page and now is not known.
  stream.addEventListener("open", () => spread(["*"]));
  stream.addEventListener("message", (event) => spread(JSON.parse(event.data).lists));
  stream.addEventListener("error", () => inTouch && spread(["away"]));
}

function spread(lists) {
  channel.postMessage(lists);
  told(lists);
}

function told(lists) {
  inTouch = !lists.includes("away");
  document.documentElement.classList.toggle("is-live", inTouch);
  if (!inTouch) return;
  for (const element of document.querySelectorAll("[data-live], [data-live-list]")) {
    const name = element.dataset.live ?? element.dataset.liveList;
    if (lists.includes("*") || lists.includes(name)) soon(element.id || name, element.dataset.live ? () => refresh(element.id) : () => compare(element));
  }
}

// Several hints at once are one look; a hint that comes during a look leads to one more.
function soon(key, look) {
  const state = waiting.get(key) ?? { busy: false, again: false };
  waiting.set(key, state);
  if (state.busy) {
    state.again = true;
    return;
  }
  state.busy = true;
  setTimeout(async () => {
    try {
      await look();
    } finally {
      state.busy = false;
      if (state.again) {
        state.again = false;
        soon(key, look);
      }
    }
  }, GATHER_MILLISECONDS);
}

async function partOf(url) {
  const answer = await fetch(url, OWN_REFRESH);
  if (answer.status === 401 && !document.querySelector("form[data-draft]")) location.reload();
  if (!answer.ok) return null;
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

async function refresh(id) {
  const old = document.getElementById(id);
  const fresh = (await partOf(old.dataset.partUrl))?.getElementById(id);
  if (!fresh) return;
  const before = new Map([...old.querySelectorAll("[data-figure]")].map((figure) => [figure.dataset.figure, figure.textContent]));
  const focused = old.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  // What somebody has unfolded stays so.
  const folds = [...old.querySelectorAll("details")].map((fold) => fold.open);
  for (const [place, fold] of [...fresh.querySelectorAll("details")].entries()) fold.open = folds[place] ?? fold.open;
  if (fresh.isEqualNode(old)) return;
  old.replaceWith(fresh);
  for (const figure of fresh.querySelectorAll("[data-figure]")) {
    if (before.get(figure.dataset.figure) !== figure.textContent) figure.classList.add("just-changed");
  }
  if (focused) [...fresh.querySelectorAll("[href]")].find((link) => link.getAttribute("href") === focused)?.focus({ preventScroll: true });
}

const fresh = new WeakMap();

async function compare(note) {
  const shown = document.getElementById(note.dataset.target);
  const found = (await partOf(note.dataset.partUrl))?.getElementById(note.dataset.target);
  if (!shown || !found) return;
  const changes = countChanges(rows(shown), rows(found));
  fresh.set(note, found);
  const words = note.querySelector("[data-text]");
  words.textContent = words.dataset.text.replace("{n}", changes);
  note.hidden = changes === 0;
}

function rows(list) {
  const elements = [...(list.matches("[data-key]") ? [list] : []), ...list.querySelectorAll("[data-key]")];
  return new Map(elements.map((row) => [row.dataset.key, row.dataset.version]));
}

function countChanges(before, after) {
  const keys = new Set([...before.keys(), ...after.keys()]);
  return [...keys].filter((key) => before.get(key) !== after.get(key)).length;
}

function takeOver(note) {
  document.getElementById(note.dataset.target).replaceWith(fresh.get(note));
  note.hidden = true;
}
