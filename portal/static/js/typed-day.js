// Beside a day that is typed stands its weekday, and whether it is a day off.

const PAUSE_MILLISECONDS = 250;
let pause;

document.addEventListener("input", ({ target }) => {
  if (!target.matches("[data-day]")) return;
  clearTimeout(pause);
  pause = setTimeout(() => say(target), PAUSE_MILLISECONDS);
});
document.addEventListener("htmx:afterSwap", sayAll);
sayAll();

function sayAll() {
  for (const field of document.querySelectorAll("[data-day]")) if (field.value) say(field);
}

async function say(field) {
  const asked = field.value;
  const told = field.parentElement.querySelector(".day-said");
  const address = `/days/said?${new URLSearchParams({ typed: asked })}`;
  const answer = asked.trim() ? await fetch(address, { headers: { "Chidao-Refresh": "1" } }) : undefined;
  if (field.value === asked) told.textContent = answer?.ok ? await answer.text() : "";
}
