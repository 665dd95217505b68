// Fills the form with a test card or account at a press of its button; without this, the numbers are there to copy.

const field = (name) => document.querySelector(`form [name="${name}"]`);

for (const button of document.querySelectorAll("[data-number]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    field("number").value = button.dataset.number;
    for (const [name, value] of [["sort_code", button.dataset.sortCode], ["exp", "12/34"], ["cvc", "123"]]) {
      if (field(name) && !field(name).value) field(name).value = value;
    }
    field("number").focus();
  });
}

document.querySelector(".wrong")?.focus();
