// The count sheet's total while it is typed. Without this script the page shows it once the sheet is sent, and takes the
// sheet when it is sent again.

for (const sheet of document.querySelectorAll("[data-count]")) {
  const { currency, decimals } = sheet.dataset;
  const unit = 10 ** Number(decimals);
  const written = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency });
  const numbers = [...sheet.querySelectorAll("[data-value]")];
  const total = sheet.querySelector("[data-total]");
  const shown = sheet.closest("form").elements.shown;

  const add = () => {
    let sum = 0;
    for (const number of numbers) {
      const text = number.value.trim();
      const minor = /^\d{1,6}$/.test(text) ? Number(text) * Number(number.dataset.value) : 0;
      number.closest("tr").querySelector("[data-sum]").textContent = minor ? written.format(minor / unit) : "";
      sum += minor;
    }
    total.value = written.format(sum / unit);
    // What is sent is the total that was seen, so that the sheet is taken at once.
    shown.value = sum || "";
  };

  sheet.addEventListener("input", add);
  // Going back brings the numbers back, but not the sums.
  addEventListener("pageshow", add);
  add();
}
