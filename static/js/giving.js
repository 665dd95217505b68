// The amounts of an appeal: what is chosen and what is typed never contradict each other, and the button says the sum.
// Without this script both are sent as they are, and the form that follows asks which one was meant.

for (const amounts of document.querySelectorAll(".amounts")) {
  const form = amounts.closest("form");
  const typed = amounts.querySelector("[name=other]");
  const another = amounts.querySelector("[type=radio][value=other]");
  const button = form.querySelector(".button");
  const sign = amounts.querySelector(".prefixed__sign").textContent;
  const words = button.textContent;

  // Where the form also asks how often, the button says what comes next for that.
  const unsaid = () => {
    if (!form.dataset.monthly) return words;
    return form.querySelector("[name=rhythm][value=monthly]:checked") ? form.dataset.monthly : form.dataset.once;
  };

  const chosen = () => {
    const text = typed.value.trim().replace(sign, "");
    if (text) return /^\d{1,12}(\.\d{2})?$/.test(text) ? sign + text : "";
    return amounts.querySelector(".amount:has(:checked):not(.amount--other)")?.textContent.trim() ?? "";
  };
  const say = () => {
    const sum = form.dataset.give && chosen();
    button.textContent = sum ? form.dataset.give.replace("{amount}", sum) : unsaid();
  };

  amounts.addEventListener("change", ({ target }) => {
    if (target.type === "radio" && target !== another) typed.value = "";
    say();
  });
  typed.addEventListener("input", () => {
    if (another && typed.value.trim()) another.checked = true;
    say();
  });
  form.addEventListener("change", ({ target }) => target.name === "rhythm" && say());
  // Whoever points at “Another amount” wants to type; whoever passes it with the arrow keys may not.
  another?.parentElement.addEventListener("pointerup", () => setTimeout(() => typed.focus()));
  // Going back brings the choice back, but not the words on the button.
  addEventListener("pageshow", say);
}
