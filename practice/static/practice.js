// Fills the form with a test card at a press of its button; without this, the numbers are there to copy.

const fields = (name) => document.querySelector(`form [name="${name}"]`);

for (const button of document.querySelectorAll("[data-card]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    fields("number").value = button.dataset.card;
    for (const [name, value] of [["exp", "12/34"], ["cvc", "123"]]) {
      if (!fields(name).value) fields(name).value = value;
    }
    fields("number").focus();
  });
}

document.querySelector(".wrong")?.focus();
