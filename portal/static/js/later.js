// What takes longer to count than a page should wait comes a moment later, into its place.

for (const place of document.querySelectorAll("[data-later]")) bring(place);

async function bring(place) {
  const answer = await fetch(place.dataset.later, { headers: { "Chidao-Refresh": "1" } });
  if (!answer.ok) return;
  const part = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(place.id);
  if (part) place.replaceWith(part);
}
