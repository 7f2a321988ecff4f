// The pad: a picture of cells that is drawn on with a brush finer than they are, erased, and covered.

import { BRUSH, COVER, counted, ERASER, FINE, inkOf, SIDE, stroke } from "../engine/network.js";
import { h } from "./dom.js";
import { Grid } from "./grid.js";
import { colorOf, createFrames, shade } from "./maps.js";

const MOST = SIDE - COVER;

/**
 * @param {object} options
 * @param {(cell: [number, number] | null) => void} options.onPreview
 * @param {(picture: string, started: boolean) => void} options.onPaint as it is drawn; `started` with its first
 * @param {(corner: [number, number], started: boolean) => void} options.onCover
 */
export function createPad({ onPreview, onPaint, onCover }) {
  const grid = new Grid({ name: "Input", onPreview: (cell) => held === null && onPreview(cell) });
  grid.grid.removeAttribute("aria-readonly"); // drawn on, not typed into
  const frames = createFrames(SIDE);
  const cover = h("div", { class: "ex-cover", hidden: true });
  const ink = h("canvas", { class: "ex-ink", width: SIDE * FINE, height: SIDE * FINE });
  grid.board.append(ink, cover, ...frames.elements);
  grid.element.classList.add("ex-pad");

  let held = null; // the pointer that draws
  let last = [0, 0];
  let drops = inkOf("0".repeat(SIDE * SIDE));
  let shown = "";
  let tool = "draw";
  let color = [[0, 0, 0]];

  let box; // where the pad stands: measured as a stroke begins, since each measuring lays the page out
  const point = (event) => {
    return [
      ((event.clientX - box.left) / box.width) * SIDE * FINE,
      ((event.clientY - box.top) / box.height) * SIDE * FINE,
    ];
  };
  /** Draws, erases or covers along a line of points. */
  function paint(points, started, level = tool === "erase" ? 0 : 10) {
    if (tool === "cover") {
      const [x, y] = points.at(-1);
      const corner = [y, x].map((at) => Math.min(Math.max(Math.round(at / FINE - COVER / 2), 0), MOST));
      return onCover(/** @type {[number, number]} */ (corner), started);
    }
    if (counted(drops) !== shown) drops = inkOf(shown);
    points.forEach((to, i) => stroke(drops, points[Math.max(i - 1, 0)], to, level));
    onPaint(counted(drops), started);
    if (held !== null) shade(ink, drops, 10, color);
  }

  const { board } = grid;
  board.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || held !== null) return;
    held = event.pointerId;
    board.setPointerCapture?.(held);
    board.classList.add("is-drawing");
    box = grid.grid.getBoundingClientRect();
    last = point(event);
    onPreview(null);
    paint([last], true);
  });
  board.addEventListener("pointermove", (event) => {
    if (event.pointerId !== held) return;
    if (!event.buttons) return end(event); // let go where nobody could tell
    const points = [...(event.getCoalescedEvents?.() ?? []), event].map(point);
    paint([last, ...points], false);
    last = points.at(-1);
  });
  function end(event) {
    if (event.pointerId !== held) return;
    held = null;
    board.classList.remove("is-drawing");
  }
  for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) board.addEventListener(name, end);
  board.addEventListener(
    "keydown",
    (event) => {
      if (event.altKey || event.metaKey || event.ctrlKey) return;
      const erases = event.key === "Delete" || event.key === "Backspace";
      if (!erases && event.key !== "Enter" && event.key !== " ") return;
      const [row, col] = grid.active;
      const middle = [col, row].map((i) => (i + 0.5) * FINE);
      paint([middle], true, erases || tool === "erase" ? 0 : 10);
      event.preventDefault();
      event.stopPropagation();
    },
    { capture: true },
  );

  return {
    element: grid.element,
    grid,
    mark: frames.place,
    get busy() {
      return held !== null;
    },
    update({ cells, picture, label, state }) {
      shown = picture;
      tool = state.tool;
      grid.update({
        to: [SIDE, SIDE],
        text: (row, col) => String(cells[row * SIDE + col] / 10),
        label,
        shade: (row, col) => cells[row * SIDE + col],
      });
      // By how dark a cell is, not by how dark the darkest is.
      for (const { element, row, col } of grid.cells.values())
        element.style.setProperty("--level", String(cells[row * SIDE + col] * 8.5));
      board.style.setProperty("--brush", String((tool === "erase" ? ERASER : BRUSH) / FINE));
      board.dataset.tool = tool;
      cover.hidden = tool !== "cover";
      const [top, left] = state.cover;
      for (const [edge, n] of Object.entries({ top, left, width: COVER, height: COVER }))
        cover.style[edge] = `${(100 * n) / SIDE}%`;
    },
    /** With the colours of the theme. */
    tint(root) {
      color = [colorOf(root, "--weight")];
    },
  };
}
