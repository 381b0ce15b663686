// Keys: 1-9 choose an answer of the first open question, u takes an answer back, n leads to the next case. Everything works without this
// file.
"use strict";

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("input[name=verdi]") && event.target.closest(".other")) {
    // As with the keys: the button is marked, and Enter once more confirms it.
    event.preventDefault();
    event.target.closest(".other").querySelector("button").focus();
    return;
  }
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input, select, textarea")) {
    return;
  }
  if (event.key >= "1" && event.key <= "9") {
    const buttons = document.querySelectorAll("form[data-first] .choices button");
    const chosen = buttons[Number(event.key) - 1];
    if (chosen) {
      // The choice is marked and read out; Enter confirms it. A slip of the finger stores nothing.
      event.preventDefault();
      chosen.focus();
    }
  } else if (event.key === "u" || event.key === "n") {
    const found = document.querySelector(`[data-key=${event.key}]`);
    if (found) {
      event.preventDefault();
      found.focus();
    }
  }
});
