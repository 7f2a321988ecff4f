// A stack of layers along one axis, the input at the bottom: each unit over the middle of what it
// sees. One tab stop; arrow keys go along a level and from level to level.

import { shorten } from "../engine/numbers.js";
import { calm, draw, h, setText } from "./dom.js";
import { createPointing } from "./pointing.js";

const TICK = 320; // milliseconds from level to level
const HOP = 100; // the same where all levels move within a step
const ROOM = 4; // characters in a cell

/**
 * @param {object} options
 * @param {string[]} options.told what the numbers beside each level are
 * @param {[input: string, layer: string]} options.units what the cells are called
 * @param {boolean} [options.dense] whether the cells are too small for numbers
 * @param {(at: [level: number, index: number] | null) => void} options.onPreview
 * @param {(at: [level: number, index: number]) => void} options.onPick
 * @param {(level: number) => void} options.onLevel a level's button is pressed
 */
export function createFunnel({ told: columns, units, dense = true, onPreview, onPick, onLevel }) {
  const board = h("div", { class: "ex-levels", role: "grid", "aria-label": "Layers", "aria-readonly": "true" });
  const heads = h(
    "div",
    { class: "ex-heads", "aria-hidden": "true" },
    columns.map((word) => h("span", {}, word)),
  );
  const element = h("div", { class: "ex-funnel" }, h("div", { class: "ex-sheet" }, heads, board));
  element.classList.toggle("is-dense", dense);
  element.style.setProperty("--columns", String(columns.length));
  let rows = [];
  let built = "";
  let running = [];

  const pointing = createPointing({
    board,
    cellOf: ([level, index]) => rows[level]?.cells.get(index)?.element,
    neighbour,
    onPreview,
    onPick,
  });

  /** Makes the cells anew: `levels` are {name, note, told, from, to, n, place, wide}, the input first. */
  function update({ extent, levels }) {
    const [start, end] = extent;
    const key = JSON.stringify([start, end, levels.map(({ from, to, n, first, wide }) => [from, to, n, first, wide])]);
    if (key !== built)
      pointing.rebuild(
        () => build(start, end, levels),
        ([level, index]) => {
          const kept = Math.min(level, rows.length - 1);
          return [kept, rows[kept].cells.has(index) ? index : 0];
        },
      );
    built = key;
    levels.forEach(({ name, note, told }, level) => {
      const { button, numbers } = rows[level];
      setText(button.firstChild, name);
      setText(button.lastChild, note);
      told.forEach((text, i) => setText(numbers.children[i], text));
      numbers.setAttribute("aria-label", columns.map((word, i) => `${word} ${told[i]}`).join(", "));
    });
  }

  function build(start, end, levels) {
    const share = (x) => `${((100 * x) / (end - start)).toFixed(4)}%`;
    rows = levels.map(({ from, to, n, first, wide, name }, level) => {
      const cells = new Map();
      for (let index = from; index < to; index++) {
        const padding = index < 0 || index >= n;
        const what = padding ? "padding" : units[Number(level > 0)];
        const cell = h("div", {
          role: "gridcell",
          class: `ex-cell${padding ? " is-padding" : ""}`,
          tabindex: "-1",
          "data-row": level,
          "data-col": index,
          style: `left: ${share(first + (index - from) * wide - start)}; width: ${share(wide)}`,
        });
        const label = `${name}, ${what} ${String(index).replace("-", "minus ")}`;
        cell.setAttribute("aria-label", label);
        cells.set(index, { element: cell, label, middle: first + (index - from + 0.5) * wide });
      }
      const button = h(
        "button",
        { type: "button", class: "ex-layer", click: () => onLevel(level) },
        h("span", {}),
        " ",
        h("span", {}),
      );
      const numbers = h(
        "div",
        { role: "rowheader", class: "ex-told" },
        columns.map(() => h("span", {})),
      );
      const reads = draw("svg", {
        class: "ex-reads",
        viewBox: `${start} 0 ${end - start} 1`,
        preserveAspectRatio: "none",
        "aria-hidden": "true",
      });
      const track = h(
        "div",
        { class: "ex-track-cells", role: "presentation" },
        ...[...cells.values()].map((c) => c.element),
      );
      if (level) track.append(reads);
      const head = h("div", { role: "rowheader", class: "ex-name" }, level ? button : h("span", {}));
      const line = h("div", { role: "row", class: "ex-level", style: `--row: ${level}` }, head, track, numbers);
      const named = level ? button : head.firstChild;
      if (!level) named.append(h("span", {}), h("span", {}));
      return { cells, button: named, numbers, reads, line };
    });
    board.replaceChildren(...rows.map((row) => row.line).reverse());
    element.style.setProperty("--levels", levels.length);
    element.style.setProperty("--span", end - start);
  }

  /**
   * Marks the field: of each level {shades, fed}, a map and a set of indices, and `links`, pairs of indices
   * [above, below]; and, where there are such, `edges`, the corners of what lies between a level and the
   * one below it, `marks`, sets of indices by the name of their class, and `numbers`, a map to texts.
   */
  function mark({ levels, current, edited }) {
    rows.forEach(({ cells, reads, button, line }, level) => {
      const { shades, fed, links, edges = [], marks = {}, numbers = null } = levels[level];
      for (const [index, { element: cell, label }] of cells) {
        if (numbers) write(cell, label, numbers.get(index));
        const shade = shades.get(index);
        cell.classList.toggle("is-window", shade !== undefined);
        if (shade === undefined) cell.style.removeProperty("--level");
        else cell.style.setProperty("--level", String(shade));
        for (const name in marks) cell.classList.toggle(name, marks[name].has(index));
        cell.classList.toggle("is-affected", fed.has(index));
        cell.classList.toggle("is-current", level === current[0] && index === current[1]);
      }
      line.classList.toggle("is-seen", shades.size > 0);
      if (!level) return;
      button.setAttribute("aria-pressed", String(level === edited));
      const middle = (row, index) => rows[row].cells.get(index).middle;
      const path = links.map(([above, below]) => `M${middle(level, above)} 0L${middle(level - 1, below)} 1`).join("");
      const [a, b, c, d] = edges;
      const body = edges.length ? [draw("polygon", { points: `${a},0 ${b},0 ${d},1 ${c},1` })] : [];
      reads.replaceChildren(...body, ...(links.length ? [draw("path", { d: path })] : []));
    });
  }

  /** Writes a number into a cell, shorter where it has no room, or nothing: then it has none yet. */
  function write(cell, label, number) {
    const text = number === undefined ? "" : shorten(number, ROOM);
    setText(cell, text);
    cell.classList.toggle("is-long", text.length > 2);
    cell.classList.toggle("is-longer", text.length > 3);
    cell.setAttribute("aria-label", `${label}: ${number ?? "none yet"}`);
    if (text === (number ?? "")) cell.removeAttribute("data-whole");
    else cell.setAttribute("data-whole", number);
  }

  /** Ends what still moves; whether anything may move now. */
  function still() {
    for (const animation of running) animation.cancel();
    running = [];
    return calm() || !element.isConnected || !element.animate;
  }

  /** The field lights up from level `top` down to level `bottom`, one after the other. */
  function reveal(top, bottom) {
    if (still()) return;
    for (let level = top; level > bottom; level--) {
      const delay = (top - level) * TICK;
      const how = { duration: TICK, delay, fill: /** @type {FillMode} */ ("backwards"), easing: "ease-in" };
      running.push(rows[level].reads.animate([{ clipPath: "inset(0 0 100% 0)" }, { clipPath: "inset(0 0 0 0)" }], how));
      const dark = { background: "var(--paper)", borderColor: "var(--soft)" };
      for (const { element: cell } of rows[level - 1].cells.values())
        if (cell.matches(".is-window, .is-skipped"))
          running.push(cell.animate([dark, { ...dark, offset: 0.7 }, {}], how));
    }
  }

  /** The new cells, one a level or none, come in from the right: the input's first, then what is made of it. */
  function arrive(fresh) {
    if (still()) return;
    fresh.forEach((index, level) => {
      const cell = rows[level].cells.get(index)?.element;
      if (!cell) return;
      const how = { duration: 2 * HOP, delay: level * HOP, fill: /** @type {FillMode} */ ("backwards") };
      running.push(cell.animate([{ opacity: 0, transform: "translateX(100%)" }, {}], how));
      if (level)
        running.push(
          rows[level].reads.animate([{ clipPath: "inset(100% 0 0 0)" }, { clipPath: "inset(0 0 0 0)" }], how),
        );
    });
  }

  /** Brings a cell into sight where the drawing is wider than its place; the page does not move. */
  function follow([level, index]) {
    const cell = rows[level]?.cells.get(index)?.element.getBoundingClientRect();
    if (!cell) return;
    const { left, right } = element.getBoundingClientRect();
    const covered = board.querySelector(".ex-name").getBoundingClientRect().width;
    if (cell.right > right) element.scrollLeft += cell.right - right + cell.width;
    else if (cell.left < left + covered) element.scrollLeft -= left + covered - cell.left + cell.width;
  }

  function neighbour([level, index], key) {
    const { cells } = rows[level];
    const [first, last] = [Math.min(...cells.keys()), Math.max(...cells.keys())];
    const along = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: first, End: last }[key];
    if (along !== undefined) return [level, Math.min(Math.max(along, first), last)];
    const next = level + (key === "ArrowUp" ? 1 : -1);
    if (!rows[next]) return null;
    const { middle } = cells.get(index);
    const near = [...rows[next].cells].sort((a, b) => Math.abs(a[1].middle - middle) - Math.abs(b[1].middle - middle));
    return [next, near[0][0]];
  }

  return { element, update, mark, reveal, arrive, follow, select: pointing.select };
}
