// Whoever leaves a page with unsaved text is asked first. Without this script the browser leaves at once.

for (const form of document.querySelectorAll("[data-preview]")) {
  // What came back from the server (a preview, a complaint, words kept while somebody signed in) is not saved either.
  let unsaved = Boolean(document.querySelector(".error-summary, .preview--whole, [name=unsent]"));
  form.addEventListener("input", () => { unsaved = true; });
  form.addEventListener("submit", () => { unsaved = false; });
  addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
}
