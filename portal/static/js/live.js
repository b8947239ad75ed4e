// The page learns that something changed: numbers change by themselves, lists say how much is new and wait to be asked.
// One tab of the browser holds the stream and tells the others. Whatever cannot be had now is asked for again, after a longer pause each
// time. A tab that nobody looks at asks when it is shown; no two browsers ask by the same clock.

const GATHER_MILLISECONDS = 120;
const TRY_AGAIN_MILLISECONDS = 5_000;
const LONGEST_PAUSE_MILLISECONDS = 60_000;
const LONGEST_REFUSED_MILLISECONDS = 300_000;
const SPREAD_MILLISECONDS = 200;
const BEGIN_SPREAD_MILLISECONDS = 1_000;
const DAY_MILLISECONDS = 86_400_000;
const VIETNAM_MILLISECONDS = 7 * 3_600_000;
const OWN_REFRESH = { headers: { "Chidao-Refresh": "1" } };

const channel = new BroadcastChannel("chidao-live");
const waiting = new Map();
const unseen = new Map();
let inTouch = false;

channel.addEventListener("message", ({ data }) => told(data.lists, data.spread));
document.addEventListener("visibilitychange", () => document.hidden || catchUp());
document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-live-list] button")) takeOver(target.closest("[data-live-list]"));
});

if (document.querySelector("[data-live], [data-live-list]")) {
  if (navigator.locks) navigator.locks.request("chidao-live", () => new Promise(() => listen()));
  else listen();
  const now = Date.now() + VIETNAM_MILLISECONDS;
  // At midnight in Viet Nam what was in time is overdue, and today is another line of the axis.
  setTimeout(() => isBeingFilled() || location.reload(), DAY_MILLISECONDS - (now % DAY_MILLISECONDS) + TRY_AGAIN_MILLISECONDS);
}

function listen(pause = TRY_AGAIN_MILLISECONDS) {
  const stream = new EventSource("/live");
  let next = pause;
  stream.addEventListener("open", () => {
    next = TRY_AGAIN_MILLISECONDS;
    // What changed between the making of the page and now is not known.
    tell(["*"], BEGIN_SPREAD_MILLISECONDS);
  });
  stream.addEventListener("message", (event) => tell(JSON.parse(event.data).lists));
  stream.addEventListener("error", () => {
    if (inTouch) tell(["away"]);
    if (stream.readyState !== EventSource.CLOSED) return;
    // A browser does not come back by itself after a refusal: the session is over, which a look at any part tells, or the house was closed.
    tell(["refused"]);
    setTimeout(() => listen(Math.min(next * 2, LONGEST_REFUSED_MILLISECONDS)), around(next));
  });
}

function isBeingFilled() {
  return document.querySelector("form[data-draft]") !== null;
}

function tell(lists, spread = SPREAD_MILLISECONDS) {
  channel.postMessage({ lists, spread });
  told(lists, spread);
}

// A moment by chance, so that pages that failed together do not come back together.
function around(milliseconds) {
  return milliseconds * (0.5 + Math.random());
}

function told(lists, spread) {
  inTouch = !lists.includes("away") && !lists.includes("refused");
  document.documentElement.classList.toggle("is-live", inTouch);
  if (lists.includes("away")) return;
  const everything = lists.includes("*") || lists.includes("refused");
  for (const element of document.querySelectorAll("[data-live], [data-live-list]")) {
    const names = element.dataset.live ?? element.dataset.liveList;
    const look = element.dataset.live ? () => refresh(element.id) : () => compare(element);
    if (!everything && !names.split(" ").some((name) => lists.includes(name))) continue;
    soon(element.id || names, look, GATHER_MILLISECONDS + Math.random() * spread);
  }
}

// Several hints at once are one look; a hint that comes during a look leads to one more, and so does a look that found nobody in.
function soon(key, look, after) {
  if (document.hidden) {
    unseen.set(key, look);
    return;
  }
  const state = waiting.get(key) ?? { busy: false, again: false, failures: 0 };
  waiting.set(key, state);
  if (state.busy) {
    state.again = true;
    return;
  }
  state.busy = true;
  setTimeout(async () => {
    const seen = await look().catch(() => false);
    const again = state.again;
    state.busy = state.again = false;
    state.failures = seen ? 0 : state.failures + 1;
    if (!seen) soon(key, look, around(Math.min(TRY_AGAIN_MILLISECONDS * 2 ** (state.failures - 1), LONGEST_PAUSE_MILLISECONDS)));
    else if (again) soon(key, look, Math.max(after, GATHER_MILLISECONDS));
  }, after);
}

// What changed while nobody looked at this tab.
function catchUp() {
  const looks = [...unseen];
  unseen.clear();
  for (const [key, look] of looks) soon(key, look, GATHER_MILLISECONDS);
}

// Null when it cannot be had at present; an empty page when it never can.
async function partOf(url) {
  const answer = await fetch(url, OWN_REFRESH);
  if (answer.status === 401 && !isBeingFilled()) location.reload();
  if (answer.status >= 500 || answer.status === 429) return null;
  if (!answer.ok) return new Document();
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

// Whether it was seen whole: a part that is away itself has a card in its place.
async function refresh(id) {
  const place = document.getElementById(id);
  if (!place) return true;
  const part = await partOf(place.dataset.partUrl);
  const [old, fresh] = [document.getElementById(id), part?.getElementById(id)];
  if (!old || !fresh) return part !== null;
  const whole = fresh.querySelector(".away") === null;
  const before = new Map([...old.querySelectorAll("[data-figure]")].map((figure) => [figure.dataset.figure, figure.textContent]));
  const focused = old.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  // What somebody has unfolded stays so.
  const folds = [...old.querySelectorAll("details")].map((fold) => fold.open);
  for (const [place, fold] of [...fresh.querySelectorAll("details")].entries()) fold.open = folds[place] ?? fold.open;
  if (fresh.isEqualNode(old)) return whole;
  old.replaceWith(fresh);
  // The same number in another place of the page.
  for (const beside of document.querySelectorAll(`[data-beside="${CSS.escape(id)}"]`)) {
    const same = part.getElementById(beside.id);
    if (same) beside.replaceWith(same);
  }
  for (const figure of fresh.querySelectorAll("[data-figure]")) {
    if (before.get(figure.dataset.figure) !== figure.textContent) figure.classList.add("just-changed");
  }
  if (focused) [...fresh.querySelectorAll("[href]")].find((link) => link.getAttribute("href") === focused)?.focus({ preventScroll: true });
  return whole;
}

const fresh = new WeakMap();

async function compare(note) {
  const part = await partOf(note.dataset.partUrl);
  const [shown, found] = [document.getElementById(note.dataset.target), part?.getElementById(note.dataset.target)];
  if (!shown || !found) return part !== null;
  const changes = countChanges(rows(shown), rows(found));
  fresh.set(note, found);
  const words = note.querySelector("[data-text]");
  words.textContent = words.dataset.text.replace("{n}", changes);
  note.hidden = changes === 0;
  return true;
}

function rows(list) {
  const elements = [...(list.matches("[data-key]") ? [list] : []), ...list.querySelectorAll("[data-key]")];
  return new Map(elements.map((row) => [row.dataset.key, row.dataset.version]));
}

function countChanges(before, after) {
  const keys = new Set([...before.keys(), ...after.keys()]);
  return [...keys].filter((key) => before.get(key) !== after.get(key)).length;
}

// All of the page speaks of one moment: its head, its counts, its rows. Only what somebody is typing is not given up for that.
function takeOver(note) {
  if (!isBeingFilled()) return location.reload();
  document.getElementById(note.dataset.target).replaceWith(fresh.get(note));
  note.hidden = true;
}
