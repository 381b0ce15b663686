// Keys: 1-9 choose an answer of the first open question, u takes an answer back. Everything works without this file.
"use strict";

document.addEventListener("keydown", (event) => {
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
  } else if (event.key === "u") {
    const undo = document.querySelector("button[data-key=u]");
    if (undo) {
      event.preventDefault();
      undo.focus();
    }
  }
});
