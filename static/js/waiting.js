// The page after paying: asks again for the part that changes until there is nothing left to wait for.
// Without this script the page reloads itself by <noscript>; with it, only what changed is swapped in.

const place = document.querySelector("[data-progress]");
let etag = null;
let wait = 700;

async function look() {
  if (document.hidden) return again();
  try {
    const answer = await fetch(place.dataset.progress, { headers: etag ? { "If-None-Match": etag } : {} });
    if (answer.status === 200) {
      etag = answer.headers.get("ETag");
      place.innerHTML = await answer.text();
    }
  } catch {
    // The network is away for a moment; the next look will tell.
  }
  again();
}

function again() {
  if (place.querySelector("[data-settled=yes]")) return;
  wait = Math.min(wait * 1.15, 8000);
  setTimeout(look, wait);
}

if (place && !place.querySelector("[data-settled=yes]")) setTimeout(look, wait);
