// What waits for its effect counts down, quietly: only the number that is seen changes, nobody is told each second.

for (const note of document.querySelectorAll("[data-held]")) countDown(note);

function countDown(note) {
  const left = note.querySelector(".held-left");
  const [before, after] = left.textContent.split(note.dataset.held);
  const ends = performance.now() + Number(note.dataset.held) * 1000;
  left.setAttribute("aria-live", "off");
  const beat = setInterval(() => {
    const seconds = Math.ceil((ends - performance.now()) / 1000);
    if (seconds > 0) {
      left.textContent = `${before}${seconds}${after}`;
      return;
    }
    clearInterval(beat);
    left.hidden = true;
    note.querySelector(".held-done").hidden = false;
    note.querySelector(".held-acts")?.remove();
  }, 1000);
}
