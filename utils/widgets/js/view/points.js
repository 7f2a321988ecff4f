// Sampling points over a grid: each can be dragged, or moved by arrow keys, anywhere between the cells.

import { draw, freshId, h } from "./dom.js";

const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const THRESHOLD = 3; // pixels; less is a click
const [RIM, SHORTEST, LONGEST] = [0.4, 0.25, 1.8]; // cells: where an arrow begins, and how long it is
const HALF = 6; // the slope whose arrow is half as long
const EDGE = 0.3; // cells: how far beyond the outermost middles a point is drawn

/**
 * @param grid the Grid that they lie on
 * @param {object} options
 * @param {(n: number) => void} options.onPick
 * @param {(n: number, at: number[], started: boolean) => void} options.onDrag at [row, column]
 * @param {(n: number, by: number[], far: boolean) => void} options.onMove by so many steps, or whole pixels
 */
export function createPoints(grid, { onPick, onDrag, onMove }) {
  const says = "Arrow keys move it to the next tenth, with Shift by 1";
  const hint = h("span", { class: "ex-hidden", id: freshId() }, says);
  const svg = draw("svg", { preserveAspectRatio: "none", "aria-hidden": "true" });
  const [rings, ways, arrow] = ["is-ring", "is-way", "is-slope"].map((name) => draw("path", { class: name }));
  svg.append(rings, ways, arrow);
  const layer = h("div", { class: "ex-points", role: "group", "aria-label": "Sampling points" }, svg, hint);
  grid.board.append(layer);
  let buttons = [];
  let shown = []; // [row, column] of each
  let drag = null;

  const unit = () => layer.getBoundingClientRect().width / grid.size[1];

  function make(n) {
    const button = h("button", { type: "button", class: "ex-point", "aria-describedby": hint.id });
    button.addEventListener("focus", () => onPick(n));
    button.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      drag = { x: event.clientX, y: event.clientY, id: event.pointerId, at: shown[n], moved: false };
      button.setPointerCapture?.(event.pointerId);
      button.focus({ preventScroll: true }); // not every browser does on a tap
      onPick(n);
    });
    button.addEventListener("pointermove", (event) => {
      if (!drag || event.pointerId !== drag.id) return;
      if (!event.buttons) return end(event); // let go where nobody could tell
      const by = [event.clientY - drag.y, event.clientX - drag.x];
      const started = !drag.moved;
      if (started && Math.hypot(...by) < THRESHOLD) return;
      drag.moved = true;
      onDrag(
        n,
        drag.at.map((x, axis) => x + by[axis] / unit()),
        started,
      );
    });
    const end = (event) => {
      if (drag?.id === event.pointerId) drag = null;
    };
    for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) button.addEventListener(name, end);
    button.addEventListener("keydown", (event) => {
      if (!MOVES[event.key] || event.altKey || event.metaKey || event.ctrlKey) return;
      onMove(n, MOVES[event.key], event.shiftKey);
      event.preventDefault();
      event.stopPropagation();
    });
    return button;
  }

  /**
   * Draws the points, {from, at, label, level}: where an ordinary window has each, where it is, what it
   * is called, and how full it is, from 0 to 1.
   */
  function update(points, chosen, slope) {
    const { from: least, to } = grid;
    if (buttons.length !== points.length) {
      for (const button of buttons) button.remove();
      buttons = points.map((_, n) => make(n));
      layer.append(...buttons);
    }
    const near = (at) => at.map((x, axis) => Math.min(Math.max(x, least[axis] - EDGE), to[axis] - 1 + EDGE));
    shown = points.map(({ at }) => near(at));
    svg.setAttribute("viewBox", [least[1] - 0.5, least[0] - 0.5, grid.size[1], grid.size[0]].join(" "));
    points.forEach(({ at, label, level }, n) => {
      const button = buttons[n];
      button.setAttribute("aria-label", label);
      button.setAttribute("aria-pressed", String(n === chosen));
      button.classList.toggle("is-outside", shown[n].join() !== at.join());
      const style = { "--y": shown[n][0] - least[0] + 0.5, "--x": shown[n][1] - least[1] + 0.5, "--level": level };
      for (const [name, value] of Object.entries(style)) button.style.setProperty(name, String(value));
    });
    rings.setAttribute("d", points.map(({ from: [y, x] }) => `M${x - 0.12} ${y}h.24M${x} ${y - 0.12}v.24`).join(""));
    ways.setAttribute("d", points.map(({ from: [y, x] }, n) => `M${x} ${y}L${shown[n][1]} ${shown[n][0]}`).join(""));
    arrow.setAttribute("d", arrowFrom(shown[chosen], slope));
  }

  /** Rings a point that is pointed at elsewhere; null for none. */
  const mark = (n) => buttons.forEach((button, i) => button.classList.toggle("is-pointed", i === n));

  return { update, mark };
}

/** The way uphill: the steeper the longer, up to a length. */
function arrowFrom([y, x], [down, right]) {
  const steep = Math.hypot(down, right);
  if (steep < 1e-9) return "";
  const [dy, dx] = [down / steep, right / steep];
  const end = RIM + SHORTEST + (LONGEST * steep) / (steep + HALF);
  const [top, left] = [y + end * dy, x + end * dx];
  const wing = (side) =>
    `M${left} ${top}L${left - 0.24 * (dx + side * dy * 0.7)} ${top - 0.24 * (dy - side * dx * 0.7)}`;
  return `M${x + RIM * dx} ${y + RIM * dy}L${left} ${top}${wing(1)}${wing(-1)}`;
}
