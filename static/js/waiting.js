// The page after paying: asks again for the part that changes until there is nothing left to wait for.
// Without this script the page reloads itself by <noscript>; with it, only what changed is swapped in: the place itself
// stays, because it is what screen readers listen to, and what has not changed stays too, because it may be in focus.

const place = document.querySelector("[data-progress]");
let etag = null;
let wait = 700;

async function look() {
  if (document.hidden) return again();
  try {
    const answer = await fetch(place.dataset.progress, { headers: etag ? { "If-None-Match": etag } : {} });
    if (answer.status === 200) {
      etag = answer.headers.get("ETag");
      show(await answer.text());
    }
  } catch {
    // The network is away for a moment; the next look will tell.
  }
  again();
}

function show(html) {
  const fresh = document.createElement("div");
  fresh.innerHTML = html;
  if (fresh.innerHTML.trim() === place.innerHTML.trim()) return;
  place.replaceChildren(...fresh.childNodes);
  document.title = place.querySelector("[data-title]").dataset.title;
}

function again() {
  if (place.querySelector("[data-settled=yes]")) return;
  wait = Math.min(wait * 1.15, 8000);
  setTimeout(look, wait);
}

if (place && !place.querySelector("[data-settled=yes]")) setTimeout(look, wait);
