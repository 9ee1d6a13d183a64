"use strict";
// Sorts and filters the table of grades. Without it everything is there, in the order of the class.
(() => {
  const table = document.getElementById("matrix");
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const rows = [...body.rows];
  const words = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
  const byName = document.getElementById("filter-name");
  const byKind = document.getElementById("filter-kind");
  const byStage = document.getElementById("filter-stage");
  const shown = document.getElementById("shown");

  const value = (row, column) => row.cells[column].dataset.value;

  function sort(column) {
    const head = heads[column];
    // Names begin with the first one, points with the most.
    const order = head.getAttribute("aria-sort");
    const ascending = order ? order === "descending" : column === 0;
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
    const sign = ascending ? 1 : -1;
    const compare = column === 0
      ? (a, b) => words.compare(value(a, 0), value(b, 0))
      : (a, b) => value(a, column) - value(b, column);
    body.append(...[...rows].sort((a, b) => sign * compare(a, b)));
  }

  function filter() {
    const name = byName.value.trim().toLocaleLowerCase();
    const kind = byKind.value;
    const stage = Number(byStage.value);
    let count = 0;
    for (const row of rows) {
      const cells = stage ? [row.cells[stage]] : [...row.cells];
      const fits = value(row, 0).toLocaleLowerCase().includes(name)
        && (!kind || cells.some((cell) => cell.classList.contains(kind)));
      row.hidden = !fits;
      count += fits;
    }
    shown.textContent = `${count} of ${rows.length} students`;
  }

  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    if (head.title) button.setAttribute("aria-label", `${button.textContent}, ${head.title}`);
    button.addEventListener("click", () => sort(column));
    head.append(button);
  });
  for (const control of [byName, byKind, byStage]) control.addEventListener("input", filter);
  document.getElementById("controls").hidden = false;
  filter();
})();
