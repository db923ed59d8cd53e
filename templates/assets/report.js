// Layer 2: finds, filters and sorts the node rows that are already there. Nothing is added or sent.
"use strict";
(() => {
  const tools = document.getElementById("tools");
  const rows = [...document.querySelectorAll("table.nodes tbody tr")];
  const bodies = [...document.querySelectorAll("table.nodes tbody")];
  const sizes = bodies.map((body) => body.rows.length);

  // a link into a closed part opens it
  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    const fold = target && target.closest("details");
    if (fold && !fold.open) { fold.open = true; target.scrollIntoView(); }
  };
  addEventListener("hashchange", reveal);
  reveal();

  // printing opens all parts, and closes them again
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    closed.forEach((fold) => { fold.open = true; });
  });
  addEventListener("afterprint", () => closed.forEach((fold) => { fold.open = false; }));

  if (!tools || rows.length < 2) return;
  const words = tools.dataset;
  const make = (tag, attributes, parent, text) => {
    const element = document.createElement(tag);
    Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
    if (text !== undefined) element.textContent = text;
    parent.append(element);
    return element;
  };
  const find = make("input", { type: "search", placeholder: words.hint, "aria-label": words.search }, tools);
  const state = make("select", { "aria-label": words.state }, tools);
  make("option", { value: "" }, state, words.any);
  const stateOf = (row) => row.cells[2].textContent;
  [...new Set(rows.map(stateOf))].forEach((name) => make("option", { value: name }, state, name));
  const count = make("output", {}, tools);

  const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
  const show = () => {
    const wanted = find.value.trim().toLowerCase();
    let n = 0;
    rows.forEach((row) => {
      const on = texts.get(row).includes(wanted) && (!state.value || stateOf(row) === state.value);
      row.toggleAttribute("data-off", !on);
      n += on;
    });
    const active = wanted !== "" || state.value !== "";
    bodies.forEach((body) => {
      const chunk = body.closest("details");
      const some = !active || [...body.rows].some((row) => !row.hasAttribute("data-off"));
      chunk.toggleAttribute("data-off", !some);
      if (active && some) chunk.open = true;
    });
    count.textContent = words.shown.replace("{n}", n).replace("{all}", rows.length);
  };
  find.addEventListener("input", show);
  state.addEventListener("change", show);

  // sorting deals the rows out to the same chunks again
  const place = new Map(rows.map((row, n) => [row, n]));
  const key = (row, column) => {
    const cell = row.cells[column];
    const plain = cell.dataset.s;
    if (plain === undefined) return cell.textContent.trim().toLowerCase();
    return plain === "" ? null : Number(plain);
  };
  let order = { column: -1, down: false };
  const sort = (column) => {
    order = { column, down: order.column === column ? !order.down : column > 2 };
    const sign = order.down ? -1 : 1;
    const keys = new Map(rows.map((row) => [row, key(row, column)]));
    const sorted = [...rows].sort((a, b) => {
      const [x, y] = [keys.get(a), keys.get(b)];
      if (x === y) return place.get(a) - place.get(b);
      if (x === null || y === null) return x === null ? 1 : -1;
      return (x < y ? -1 : 1) * sign;
    });
    let at = 0;
    bodies.forEach((body, n) => { body.append(...sorted.slice(at, at + sizes[n])); at += sizes[n]; });
    document.querySelectorAll("table.nodes thead th").forEach((head) => {
      if (head.cellIndex === column) head.setAttribute("aria-sort", order.down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    show();
  };
  document.querySelectorAll("table.nodes thead th").forEach((head) => {
    const text = head.textContent;
    head.textContent = "";
    make("button", { type: "button", title: words.sort }, head, text)
      .addEventListener("click", () => sort(head.cellIndex));
  });
  tools.hidden = false;
  show();
})();
