// Layer 2: finds, filters, sorts and zooms what is already there. Nothing is added, loaded or sent.
"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const make = (tag, attributes, parent, text) => {
    const element = document.createElement(tag);
    Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
    if (text !== undefined) element.textContent = text;
    parent.append(element);
    return element;
  };

  // a link into closed parts opens them
  const reveal = (target) => {
    for (let fold = target; (fold = fold.parentElement && fold.parentElement.closest("details"));) fold.open = true;
    if (target.matches("details")) target.open = true;
    target.scrollIntoView({ block: "center" });
  };
  const follow = () => {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (target && (target.closest("details") || target.matches("details"))) reveal(target);
  };
  addEventListener("hashchange", follow);
  follow();

  // printing opens all parts, and closes them again
  let closed = [];
  const openAll = (open) => all("details").forEach((fold) => { fold.open = open; });
  addEventListener("beforeprint", () => {
    closed = all("details:not([open])");
    openAll(true);
  });
  addEventListener("afterprint", () => closed.forEach((fold) => { fold.open = false; }));

  // the page is there to be read first; what searches and zooms comes when nothing else is to do,
  // and in a long page when its place comes near
  const later = window.requestIdleCallback || ((work) => setTimeout(work, 1));
  let find;
  const search = () => find === undefined ? find = table() : find; // whoever asks sooner gets it at once
  const tools = () => later(() => {
    zoom();
    search();
  }, { timeout: 500 });
  const places = all(".long > #s-timeline, .long > #s-nodes");
  const near = new IntersectionObserver((seen) => {
    if (!seen.some((place) => place.isIntersecting)) return;
    near.disconnect();
    tools();
  }, { rootMargin: "100%" });
  keys();
  if (places.length) places.forEach((place) => near.observe(place));
  else tools();

  function table() {
    const tools = document.getElementById("tools");
    const rows = all("table.nodes tbody tr");
    if (!tools || rows.length < 2) return null;
    const bodies = all("table.nodes tbody");
    const sizes = bodies.map((body) => body.rows.length);
    const words = tools.dataset;
    const find = make("input", { type: "search", placeholder: words.hint, "aria-label": words.search }, tools);
    const state = make("select", { "aria-label": words.state }, tools);
    make("option", { value: "" }, state, words.any);
    const stateOf = (row) => row.cells[2].textContent;
    [...new Set(rows.map(stateOf))].forEach((name) => make("option", { value: name }, state, name));
    const count = make("output", {}, tools);
    make("button", { type: "button" }, tools, words.open).addEventListener("click", () => openAll(true));
    make("button", { type: "button" }, tools, words.close).addEventListener("click", () => openAll(false));
    make("p", { id: "keys", hidden: "" }, tools, words.keys);

    let texts = null;
    const show = () => {
      const wanted = find.value.trim().toLowerCase();
      texts = texts || new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
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
      tell(n);
    };
    const tell = (n) => { count.textContent = words.shown.replace("{n}", n).replace("{all}", rows.length); };
    find.addEventListener("input", show);
    state.addEventListener("change", show);

    // lengths of time sort as such, in both languages
    const units = { s: 1, m: 60, h: 3600, d: 86400, "秒": 1, "分": 60, "小时": 3600, "天": 86400 };
    const key = (row, column) => {
      const text = row.cells[column].textContent.trim();
      if (column < 3 || column > 6) return text.toLowerCase();
      const clock = text.match(/^T([+-])(\d+):(\d+):(\d+)$/);
      if (clock) return (clock[1] + "1") * (clock[2] * 3600 + clock[3] * 60 + +clock[4]);
      if (text.startsWith("<")) return 0.5;
      const parts = [...text.matchAll(/(\d+) ?(小时|[smhd秒分天])/g)];
      return parts.length ? parts.reduce((sum, part) => sum + part[1] * units[part[2]], 0) : null;
    };
    const place = new Map(rows.map((row, n) => [row, n]));
    let order = { column: -1, down: false };
    // sorting deals the rows out to the same chunks again
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
      all("table.nodes thead th").forEach((head) => {
        if (head.cellIndex === column) head.setAttribute("aria-sort", order.down ? "descending" : "ascending");
        else head.removeAttribute("aria-sort");
      });
      show();
    };
    all("table.nodes thead th").forEach((head) => {
      const text = head.textContent.trim();
      head.textContent = "";
      make("button", { type: "button", title: words.sort }, head, text)
        .addEventListener("click", () => sort(head.cellIndex));
    });
    tools.hidden = false;
    tell(rows.length);
    return find;
  }

  // Bars are stretched paths: another view box is another time span. Texts move with it.
  function zoom() {
    const note = document.getElementById("zoom");
    const plots = all("svg.plot");
    if (!note || !plots.length) return;
    const LEFT = 0.36, WIDTH = 0.47, LEAST = 0.002;
    const heights = plots.map((plot) => plot.viewBox.baseVal.height);
    const moved = all("svg.over > *").map((element) => {
      const names = ["x", "x1", "x2"].filter((name) => element.hasAttribute(name));
      return { element, names, x: parseFloat(element.getAttribute(names[0])) / 100,
        width: parseFloat(element.getAttribute("width")) / 100 };
    });
    const reset = make("button", { type: "button" }, note, note.dataset.reset);
    let span = [0, 1];
    const show = (from, to) => {
      span = [from, to];
      reset.hidden = to - from === 1;
      plots.forEach((plot, n) => plot.setAttribute("viewBox", `${from * 1000} 0 ${(to - from) * 1000} ${heights[n]}`));
      moved.forEach(({ element, names, x, width }) => {
        const end = width ? Math.min(x + width, to) : x;
        const begin = width ? Math.max(x, from) : x;
        const off = width ? end <= begin : x < from - 1e-9 || x > to + 1e-9;
        element.toggleAttribute("data-off", off);
        names.forEach((name) => element.setAttribute(name, `${(begin - from) / (to - from) * 100}%`));
        if (width && !off) element.setAttribute("width", `${(end - begin) / (to - from) * 100}%`);
      });
    };
    const part = (gantt, event) => {
      const box = gantt.getBoundingClientRect();
      return Math.min(1, Math.max(0, ((event.clientX - box.left) / box.width - LEFT) / WIDTH));
    };
    all("svg.gantt").forEach((gantt) => {
      let from = null, brush = null;
      const extent = (event) => [from, part(gantt, event)].sort((a, b) => a - b);
      gantt.addEventListener("pointerdown", (event) => {
        const at = part(gantt, event);
        if (event.button !== 0 || event.pointerType === "touch" || at <= 0 || at >= 1) return;
        event.preventDefault();
        from = at;
        gantt.setPointerCapture(event.pointerId);
        brush = document.createElementNS("http://www.w3.org/2000/svg", "rect");
        Object.entries({ class: "brush", y: 32, height: "100%", width: 0, fill: "#1f5fa8", "fill-opacity": 0.2 })
          .forEach(([name, value]) => brush.setAttribute(name, value));
        gantt.append(brush);
      });
      gantt.addEventListener("pointermove", (event) => {
        if (from === null) return;
        const [a, b] = extent(event);
        brush.setAttribute("x", `${(LEFT + a * WIDTH) * 100}%`);
        brush.setAttribute("width", `${(b - a) * WIDTH * 100}%`);
      });
      const end = (event) => {
        if (from === null) return;
        const [a, b] = extent(event);
        const length = span[1] - span[0];
        from = null;
        brush.remove();
        if (event.type === "pointerup" && b - a > 0.01 && (b - a) * length > LEAST) show(span[0] + a * length, span[0] + b * length);
      };
      gantt.addEventListener("pointerup", end);
      gantt.addEventListener("pointercancel", end);
      gantt.addEventListener("dblclick", () => show(0, 1));
    });
    reset.addEventListener("click", () => show(0, 1));
    reset.hidden = true;
    note.hidden = false;
  }

  function keys() {
    let on = true, at = -1;
    const cards = all("article.card");
    const stops = cards.length ? cards : all("table.nodes td.i-failed, table.nodes td.i-skipped").map((cell) => cell.parentElement);
    const step = (by) => {
      if (!stops.length) return;
      at = (at + by + stops.length) % stops.length;
      stops[at].tabIndex = -1;
      reveal(stops[at]);
      stops[at].focus({ preventScroll: true });
    };
    const does = {
      "/": () => search() && find.focus(), j: () => step(1), k: () => step(at < 0 ? 0 : -1),
      o: () => openAll(true), c: () => openAll(false),
      "?": () => {
        search();
        const help = document.getElementById("keys");
        if (help) help.hidden = !help.hidden;
        if (help && !help.hidden) help.scrollIntoView({ block: "center" });
      },
      Escape: () => { on = false; },
    };
    addEventListener("keydown", (event) => {
      const busy = event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea");
      if (!on || busy || !does[event.key]) return;
      event.preventDefault();
      does[event.key]();
    });
  }
})();
