// "Tick all" ticks without loading the page again, so that what was typed stays. Without this script the link opens the
// page with everything ticked.

for (const link of document.querySelectorAll("[data-tick-all]")) {
  link.setAttribute("role", "button");
  const tick = (event) => {
    if (event.type === "keydown" && event.key !== " ") return;
    event.preventDefault();
    for (const box of document.querySelectorAll("[data-at-hand]")) box.checked = true;
  };
  link.addEventListener("click", tick);
  link.addEventListener("keydown", tick);
}
