// Every node on one canvas. Only the rows in sight are drawn, so a million nodes scroll like forty.
"use strict";
(() => {
  const root = document.getElementById("explorer");
  const store = document.getElementById("explorer-data");
  if (!root || !store || !window.DecompressionStream) return;
  const ROW = 22, AXIS = 26, STEP = 14, DEEPEST = 14, TALLEST = 15e6;
  const CRITICAL = 1, NO_START = 2, ROOT_CAUSE = 4, NO_LENGTH = 8, LONGEST_PATH = 1000;
  const make = (tag, attributes, parent, text) => {
    const element = document.createElement(tag);
    Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
    if (text !== undefined) element.textContent = text;
    parent.append(element);
    return element;
  };
  const isNear = () => root.getBoundingClientRect().top < innerHeight * 2;
  const begin = () => { begun = true; removeEventListener("scroll", near); unpack().then(explore); };
  const near = () => { if (!begun && isNear()) begin(); };
  let begun = false;
  root.hidden = false;
  if ("now" in root.dataset) begin();
  else {
    addEventListener("scroll", near, { passive: true });
    near();
  }

  async function unpack() {
    const text = store.textContent.trim();
    const bytes = Uint8Array.fromBase64 ? Uint8Array.fromBase64(text)
      : Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    const all = new Uint8Array(await new Response(stream).arrayBuffer());
    let at = 4 + new DataView(all.buffer).getUint32(0, true);
    const head = JSON.parse(new TextDecoder().decode(all.subarray(4, at)));
    const planes = {};
    head.planes.forEach(([name, width, signed]) => {
      planes[name] = joined(all, at, head.n, width, signed);
      at += head.n * width;
    });
    return { ...head, ...planes, idOf: identities(all.subarray(at), head) };
  }

  // byte planes, the lowest first, back to numbers
  function joined(all, at, n, width, signed) {
    if (width === 1 && !signed) return all.subarray(at, at + n);
    const values = width < 4 ? new Int32Array(n) : new Float64Array(n);
    for (let plane = 0, weight = 1; plane < width; plane++, weight *= 256, at += n) {
      for (let i = 0; i < n; i++) values[i] += all[at + i] * weight;
    }
    if (signed) {
      const half = 2 ** (8 * width - 1);
      for (let i = 0; i < n; i++) if (values[i] >= half) values[i] -= 2 * half;
    }
    return values;
  }

  // ids: none, lines, or a letter each and then digits, two in a byte
  function identities(bytes, { n, ids }) {
    if (ids === "none") return () => "";
    if (ids === "lines") {
      const lines = new TextDecoder().decode(bytes).split("\n");
      return (i) => lines[i];
    }
    const each = (ids + 1) >> 1;
    return (i) => {
      let id = String.fromCharCode(bytes[i]);
      for (let at = n + i * each, end = at + each; at < end; at++) id += (bytes[at] + 256).toString(16).slice(1);
      return id.slice(0, ids + 1);
    };
  }

  function explore(data) {
    const { n, depth, tone, state, flags, retry, label, delta, took, words } = data;
    const parent = new Int32Array(n).fill(-1), below = new Int32Array(n), start = new Float64Array(n);
    let from = Infinity, to = -Infinity;
    {
      const last = [0], above = [];
      for (let i = 0; i < n; i++) {
        const d = depth[i];
        start[i] = last[d] + delta[i];
        last[d] = last[d + 1] = start[i];
        above[d] = i;
        if (d) parent[i] = above[d - 1];
        if (flags[i] & NO_START) continue;
        from = Math.min(from, start[i]);
        to = Math.max(to, start[i] + took[i]);
      }
      for (let i = n - 1; i > 0; i--) below[parent[i]] += below[i] + 1;
    }
    if (!(to > from)) to = (from = Number.isFinite(from) ? from : 0) + data.ticks;
    const closed = new Uint8Array(n), rows = new Int32Array(n);
    let marked = null, shown = 0, selected = 0, left = from, right = to;

    const tools = make("div", { class: "tools" }, root);
    const find = make("input", { type: "search", placeholder: words.hint, "aria-label": words.search }, tools);
    const pick = make("select", { "aria-label": words.all }, tools);
    make("option", { value: "" }, pick, words.all);
    const inUse = new Set(tone);
    data.tones.forEach(([, , word], code) => { if (inUse.has(code)) make("option", { value: code }, pick, word); });
    ["retried", "critical", "slowest"].forEach((name) => make("option", { value: name }, pick, words[name]));
    const button = (word, does) => make("button", { type: "button" }, tools, word).addEventListener("click", does);
    button(words.open, () => fold(0));
    button(words.close, () => fold(1));
    button("+", () => zoom(0.5, 0.5));
    button("−", () => zoom(2, 0.5));
    button(words.whole, () => { left = from; right = to; draw(); });
    const count = make("output", {}, tools);
    const view = make("div", { class: "view", tabindex: 0, role: "group", "aria-label": words.plot, "aria-describedby": "explorer-node" }, root);
    const canvas = make("canvas", { "aria-hidden": "true" }, view);
    const filler = make("div", {}, view);
    const facts = make("p", { id: "explorer-node", "aria-live": "polite" }, root);
    const pen = canvas.getContext("2d", { alpha: false });

    let colours = {}, font = "", scale = 1, width = 0, height = 0, labels = 0, bars = 0, stretch = 1;
    const NAMES = ["paper", "ink", "soft", "zebra", "grid", "outline", "link", "hatch-ground", "hatch-line", "hatch-ground-i", "hatch-line-i"];
    const measure = () => {
      const style = getComputedStyle(root);
      const colour = (name) => style.getPropertyValue(`--${name}`).trim() || "#868e99";
      colours = Object.fromEntries(NAMES.map((name) => [name, colour(name)]));
      colours.fills = data.tones.map(([name]) => name === "skipped" ? colours["hatch-ground"] : name === "ignored" ? colours["hatch-ground-i"]
        : colour(name === "not_started" || name === "unknown" ? "quiet" : name));
      colours.inks = data.tones.map(([name]) => colour(`i-${name === "not_started" || name === "unknown" ? "quiet" : name}`));
      font = `13px ${style.fontFamily}`;
      scale = devicePixelRatio || 1;
      width = view.clientWidth;
      height = view.clientHeight;
      canvas.width = Math.round(width * scale);
      canvas.height = Math.round(height * scale);
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
      labels = Math.max(150, Math.min(460, width * 0.42));
      bars = Math.max(40, width - labels - (width > 600 ? 148 : 84));
      extend();
    };
    // browsers refuse boxes of millions of rows: beyond, one pixel of the scroll bar is more rows
    const extend = () => {
      const tall = shown * ROW + AXIS;
      stretch = Math.max(1, tall / TALLEST);
      filler.style.height = `${Math.max(0, Math.min(tall, TALLEST) - height)}px`;
    };
    const top = () => {
      const most = Math.max(0, shown * ROW + AXIS - height), room = view.scrollHeight - height;
      return stretch === 1 ? view.scrollTop : room > 0 ? view.scrollTop / room * most : 0;
    };

    // which rows there are: all, or what is marked with the containers above it, less what is closed
    const list = () => {
      let m = 0;
      for (let i = 0; i < n;) {
        if (marked && !marked[i]) { i++; continue; }
        rows[m++] = i;
        i += closed[i] ? below[i] + 1 : 1;
      }
      shown = m;
      extend();
      // what is chosen stays in sight: else the nearest container above it
      let seen = selected;
      while (seen > 0 && !isShown(seen)) seen = parent[seen];
      if (seen !== selected) choose(seen);
    };
    const fold = (shut) => {
      for (let i = 1; i < n; i++) closed[i] = below[i] ? shut : 0;
      list();
      draw();
    };
    const mark = () => {
      const wanted = find.value.trim().toLowerCase(), chosen = pick.value;
      if (!wanted && !chosen) {
        marked = null;
        count.textContent = "";
      } else {
        marked = new Uint8Array(n);
        const hit = data.labels.map((name) => name.toLowerCase().includes(wanted));
        const isId = /^[\w-]{4,}$/.test(wanted);
        const fits = chosen === "slowest" ? slowest() : rule(chosen);
        let found = 0;
        for (let i = 0; i < n; i++) {
          const named = !wanted || hit[label[i]] || (isId && data.idOf(i).toLowerCase().includes(wanted));
          if (!named || !fits(i)) continue;
          found++;
          for (let at = i; at >= 0 && marked[at] !== 1; at = parent[at]) { marked[at] = 1; closed[at] = 0; }
        }
        count.textContent = found ? words.shown.replace("{n}", found.toLocaleString("en")).replace("{all}", n.toLocaleString("en")) : words.nothing;
      }
      list();
      view.scrollTop = 0;
      draw();
    };
    const rule = (chosen) => chosen === "" ? () => true : chosen === "retried" ? (i) => retry[i] > 0
      : chosen === "critical" ? (i) => flags[i] & CRITICAL : (i) => tone[i] === +chosen;
    const slowest = () => {
      const leaves = [];
      for (let i = 0; i < n; i++) if (!below[i] && took[i] > 0) leaves.push(i);
      const best = new Set(leaves.sort((a, b) => took[b] - took[a]).slice(0, 100));
      return (i) => best.has(i);
    };

    const length = (ticks) => {
      const exact = ticks / data.ticks, whole = Math.floor(exact + 0.5);
      if (exact < 1) return data.units.below;
      const minutes = Math.floor(whole / 60), hours = Math.floor(minutes / 60), days = Math.floor(hours / 24);
      const form = whole < 60 ? "seconds" : whole < 3600 ? "minutes" : whole < 86400 ? "hours" : "days";
      const parts = { s: whole % 60, m: minutes % 60, h: days ? hours % 24 : hours, d: days };
      return data.units[form].replace(/\{(\w)(:02)?\}/g, (_, part, two) => two ? String(parts[part]).padStart(2, "0") : parts[part]);
    };
    const lengthOf = (i) => flags[i] & NO_LENGTH ? "–" : length(took[i]);
    const offset = (ticks) => {
      const whole = Math.floor(Math.abs(ticks) / data.ticks), two = (value) => String(value).padStart(2, "0");
      return `T${ticks < 0 && whole ? "-" : "+"}${two(Math.floor(whole / 3600))}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
    };

    const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400];
    const axis = () => {
      const span = (right - left) / data.ticks, least = span / Math.max(1, bars / 110);
      const step = (STEPS.find((one) => one >= least) || Math.ceil(least / 86400) * 86400) * data.ticks;
      pen.fillStyle = colours.paper;
      pen.fillRect(0, 0, width, AXIS);
      for (let at = Math.ceil(left / step) * step; at <= right; at += step) {
        const x = labels + (at - left) / (right - left) * bars;
        pen.fillStyle = colours.grid;
        pen.fillRect(x, AXIS - 4, 1, height);
        pen.fillStyle = colours.soft;
        pen.fillText(offset(at), x - 28, AXIS - 9);
      }
    };
    const bar = (i, y) => {
      const a = labels + Math.max(0, (start[i] - left) / (right - left)) * bars;
      const b = labels + Math.min(1, (start[i] + took[i] - left) / (right - left)) * bars;
      if (flags[i] & NO_START || b < labels || a > labels + bars) return;
      const wide = Math.max(2, b - a), high = below[i] ? 6 : 12, up = y + (ROW - high) / 2;
      pen.fillStyle = colours.fills[tone[i]];
      pen.fillRect(a, up, wide, high);
      const name = data.tones[tone[i]][0];
      if (name === "skipped" || name === "ignored") {
        pen.fillStyle = colours[name === "skipped" ? "hatch-line" : "hatch-line-i"];
        for (let x = a; x < a + wide; x += 5) pen.fillRect(x, up, 1.5, high);
      }
      if (flags[i] & CRITICAL) {
        pen.strokeStyle = colours.outline;
        pen.strokeRect(a, up, wide, high);
      }
    };
    const row = (at, y) => {
      const i = rows[at], x = 6 + Math.min(depth[i], DEEPEST) * STEP;
      if (i === selected || at % 2) {
        pen.fillStyle = i === selected ? colours.grid : colours.zebra;
        pen.fillRect(0, y, width, ROW);
      }
      pen.fillStyle = colours.soft;
      if (below[i]) pen.fillText(closed[i] ? "▸" : "▾", x, y + 15);
      pen.fillStyle = colours.inks[tone[i]];
      pen.fillText(data.tones[tone[i]][1], x + 14, y + 15);
      pen.fillStyle = colours.ink;
      pen.fillText(data.labels[label[i]] + (retry[i] ? ` ↻${retry[i]}` : "") + (closed[i] && below[i] ? ` +${below[i]}` : ""), x + 30, y + 15);
      pen.fillStyle = i === selected ? colours.grid : at % 2 ? colours.zebra : colours.paper;
      pen.fillRect(labels - 6, y, width, ROW);
    };
    const draw = () => {
      pen.setTransform(scale, 0, 0, scale, 0, 0);
      pen.font = font;
      pen.lineWidth = 1.5;
      pen.fillStyle = colours.paper;
      pen.fillRect(0, 0, width, height);
      const offsetTop = top(), first = Math.floor(offsetTop / ROW);
      const last = Math.min(shown, Math.ceil((offsetTop + height) / ROW));
      for (let at = first; at < last; at++) row(at, AXIS + at * ROW - offsetTop);
      axis();
      for (let at = first; at < last; at++) {
        const y = AXIS + at * ROW - offsetTop, i = rows[at];
        if (y < AXIS - ROW / 2) continue;
        bar(i, y);
        pen.fillStyle = colours.soft;
        if (!(flags[i] & NO_START)) pen.fillText(lengthOf(i), labels + bars + 8, y + 15);
      }
    };
    let waiting = false;
    const soon = () => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => { waiting = false; draw(); });
    };

    const choose = (i) => {
      selected = i;
      const names = [];
      for (let at = i; at > 0; at = parent[at]) names.unshift(data.labels[label[at]]);
      const path = names.join(" / ") || data.labels[label[i]];
      const told = [path.length > LONGEST_PATH ? `… / ${path.slice(-LONGEST_PATH)}` : path, `${data.tones[tone[i]][1]} ${data.states[state[i]]}`,
        flags[i] & NO_START ? words.no_start : `${offset(start[i])} · ${lengthOf(i)}`];
      if (retry[i]) told.push(words.retries.replace("{n}", retry[i]));
      if (flags[i] & ROOT_CAUSE) told.push(words.root_cause);
      if (flags[i] & CRITICAL) told.push(words.on_path);
      if (data.idOf(i)) told.push(data.idOf(i));
      facts.textContent = told.join(" · ");
    };
    const place = (i) => { let a = 0, b = shown; while (a < b) { const c = (a + b) >> 1; if (rows[c] < i) a = c + 1; else b = c; } return a; };
    const isShown = (i) => { const at = place(i); return at < shown && rows[at] === i; };
    const bring = (at) => {
      const y = at * ROW, seen = top(), room = height - AXIS - ROW;
      const wanted = y < seen ? y : y > seen + room ? y - room : seen;
      const most = Math.max(1, shown * ROW + AXIS - height);
      view.scrollTop = stretch === 1 ? wanted : wanted / most * (view.scrollHeight - height);
    };
    const go = (at) => {
      if (!shown) return;
      const to = Math.max(0, Math.min(shown - 1, at));
      choose(rows[to]);
      bring(to);
      soon();
    };
    const toggle = (i, shut) => {
      if (!below[i]) return;
      closed[i] = shut;
      list();
      soon();
    };
    const zoom = (factor, share) => {
      const span = Math.min(to - from, Math.max((right - left) * factor, 2)), hold = left + (right - left) * share;
      left = Math.max(from, Math.min(to - span, hold - span * share));
      right = left + span;
      soon();
    };
    view.addEventListener("scroll", soon, { passive: true });
    view.addEventListener("wheel", (event) => {
      const x = event.clientX - view.getBoundingClientRect().left;
      if (!event.ctrlKey || x < labels) return;
      event.preventDefault();
      zoom(event.deltaY < 0 ? 0.8 : 1.25, Math.min(1, (x - labels) / bars));
    }, { passive: false });
    let held = null;
    view.addEventListener("pointerdown", (event) => {
      held = null;
      const box = view.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top;
      if (x >= box.width - (box.width - view.clientWidth)) return;
      if (x > labels) { held = { x: event.clientX, left, right }; return; }
      const at = Math.floor((y - AXIS + top()) / ROW);
      if (y < AXIS || at >= shown) return;
      const i = rows[at], arrow = 6 + Math.min(depth[i], DEEPEST) * STEP;
      choose(i);
      if (below[i] && x >= arrow - 4 && x <= arrow + 12) toggle(i, closed[i] ? 0 : 1);
      soon();
    });
    addEventListener("pointermove", (event) => {
      if (!held) return;
      const moved = (held.x - event.clientX) / bars * (held.right - held.left);
      left = Math.max(from, Math.min(to - (held.right - held.left), held.left + moved));
      right = left + held.right - held.left;
      soon();
    });
    ["pointerup", "pointercancel"].forEach((name) => addEventListener(name, () => { held = null; }));
    view.addEventListener("dblclick", () => { left = from; right = to; soon(); });
    const page = () => Math.max(1, Math.floor((height - AXIS) / ROW) - 1);
    const keys = {
      ArrowDown: (at) => go(at + 1), ArrowUp: (at) => go(at - 1), PageDown: (at) => go(at + page()), PageUp: (at) => go(at - page()),
      Home: () => go(0), End: () => go(shown - 1), "+": () => zoom(0.5, 0.5), "-": () => zoom(2, 0.5),
      Enter: () => toggle(selected, closed[selected] ? 0 : 1),
      ArrowRight: (at) => { if (closed[selected]) toggle(selected, 0); else if (below[selected]) go(at + 1); },
      ArrowLeft: () => { if (below[selected] && !closed[selected]) toggle(selected, 1); else if (selected) go(place(parent[selected])); },
    };
    view.addEventListener("keydown", (event) => {
      if (event.altKey || event.metaKey || event.ctrlKey || !keys[event.key]) return;
      event.preventDefault();
      keys[event.key](place(selected));
    });
    let later = 0;
    find.addEventListener("input", () => { clearTimeout(later); later = setTimeout(mark, 120); });
    pick.addEventListener("change", mark);
    const again = () => { measure(); draw(); };
    new ResizeObserver(again).observe(view);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
    list();
    choose(0);
    again();
    root.dataset.ready = n;
  }
})();
