"use strict";
// What the pages' scripts build with. Everything is put in as text, never as markup: the data holds what people typed.
const at = id => document.getElementById(id);

function make(name, text, kind) {
  const node = document.createElement(name);
  if (text != null) node.textContent = text;
  if (kind) node.className = kind;
  return node;
}

// rows: [[cells], class of the row]. numbers: places of the columns that hold numbers.
function table(caption, heads, rows, numbers = []) {
  const made = make("table"), head = make("thead"), body = make("tbody"), first = make("tr"), around = make("div", null, "scroll");
  around.tabIndex = 0;
  around.setAttribute("role", "region");
  around.setAttribute("aria-label", caption);
  heads.forEach((text, i) => {
    const cell = make("th", text, numbers.includes(i) ? "num" : "");
    cell.scope = "col";
    first.append(cell);
  });
  for (const [cells, kind] of rows) {
    const row = make("tr", null, kind);
    cells.forEach((value, i) => {
      const cell = make(i ? "td" : "th", null, numbers.includes(i) ? "num" : "");
      cell.append(value instanceof Node ? value : value == null ? "" : String(value));
      if (!i) cell.scope = "row";
      row.append(cell);
    });
    body.append(row);
  }
  head.append(first);
  made.append(make("caption", caption), head, body);
  around.append(made);
  return around;
}
