// Writing: the preview follows what is typed, rendered by the server as on every page; and an image's line goes to where
// the cursor is. Without this script the button "Preview" does the one, and copying the other.

const CALM = 400; // ms without a key before the preview is asked for

const form = document.querySelector("[data-preview]");
const typed = form.querySelector("textarea[name=text]");
const shown = form.querySelector("[data-previewed]");
const token = form.querySelector("[name=csrf_token]").value;
let timer = 0;
let turn = 0;

async function show() {
  turn += 1;
  const mine = turn;
  const body = new FormData();
  body.set("text", typed.value);
  try {
    const answer = await fetch(form.dataset.preview, { method: "POST", headers: { "X-CSRFToken": token }, body });
    if (!answer.ok || answer.redirected) return;
    const html = await answer.text();
    // An answer that another has overtaken would show an older text.
    if (mine === turn) shown.innerHTML = html;
  } catch {
    // The network is away; the next key asks again.
  }
}

typed.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(show, CALM);
});

for (const button of form.querySelectorAll("[data-insert]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    typed.setRangeText(`\n\n${button.dataset.insert}\n\n`, typed.selectionStart, typed.selectionEnd, "end");
    typed.focus();
    show();
  });
}
