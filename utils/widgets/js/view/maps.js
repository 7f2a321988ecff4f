// The maps of one layer as little pictures: shaded, pointed at, opened. One tab stop for all of them;
// arrow keys go from unit to unit, and past a side into the next map.

import { h } from "./dom.js";

/** Frames over a square of `size` cells: what a unit reads, the unit, what a number can reach. */
export function createFrames(size) {
  const frames = Object.fromEntries(
    ["seen", "unit", "fed"].map((name) => [name, h("div", { class: `ex-frame-of is-${name}`, hidden: true })]),
  );
  return {
    elements: Object.values(frames),
    /** @param {{top: number, left: number, side: number, wide?: number} | null} box in cells */
    place(name, box) {
      const frame = frames[name];
      frame.hidden = !box;
      if (!box) return;
      const { top, left, side, wide = side } = box;
      for (const [edge, cells] of Object.entries({ top, left, height: side, width: wide }))
        frame.style[edge] = `${(100 * cells) / size}%`;
    },
  };
}

/**
 * @param {object} options
 * @param {string} options.label
 * @param {number} options.maps
 * @param {number} options.size
 * @param {(unit: number | null, byKey: boolean) => void} options.onPreview
 * @param {(unit: number) => void} options.onPick
 */
export function createMaps({ label, maps, size, onPreview, onPick }) {
  const all = Array.from({ length: maps }, () => {
    const canvas = h("canvas", { width: size, height: size });
    const frames = createFrames(size);
    return { canvas, frames, element: h("div", { class: "ex-map" }, canvas, frames.elements) };
  });
  const element = h(
    "div",
    { class: "ex-maps", tabindex: "0", role: "application", "aria-label": `${label}: arrow keys choose, Enter opens` },
    all.map((map) => map.element),
  );
  element.style.setProperty("--size", String(size));
  let active = 0;
  let pointed = null;

  /** @returns {number | null} the unit under the pointer */
  function locate({ target, clientX, clientY }) {
    const index = target instanceof Element ? all.findIndex((map) => map.element === target.closest(".ex-map")) : -1;
    if (index < 0) return null;
    const box = all[index].element.getBoundingClientRect();
    const cell = (at, from, length) => Math.min(Math.max(Math.floor(((at - from) / length) * size), 0), size - 1);
    const [row, col] = [cell(clientY, box.top, box.height), cell(clientX, box.left, box.width)];
    return (index * size + row) * size + col;
  }
  const focused = () => element.getRootNode().activeElement === element;
  function preview(unit, byKey = false) {
    if (unit === pointed) return;
    pointed = unit;
    onPreview(unit, byKey);
  }
  element.addEventListener("pointermove", (event) => event.pointerType !== "touch" && preview(locate(event)));
  element.addEventListener("pointerleave", () => preview(focused() ? active : null));
  element.addEventListener("focus", () => element.matches(":focus-visible") && preview(active, true));
  element.addEventListener("blur", () => preview(null));
  element.addEventListener("click", (event) => {
    const unit = locate(event);
    if (unit === null) return;
    active = unit;
    onPick(unit);
  });
  element.addEventListener("keydown", (event) => {
    if (event.altKey || event.metaKey || event.ctrlKey) return;
    const to = moved(event.key);
    if (to !== null) {
      active = to;
      preview(to, true);
    } else if (event.key === "Enter" || event.key === " ") onPick(active);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  /** Where a key leads from the active unit. */
  function moved(key) {
    const [map, row, col] = [Math.floor(active / size ** 2), Math.floor(active / size) % size, active % size];
    const at = (m, r, c) => (m * size + r) * size + c;
    if (key === "ArrowUp") return at(map, Math.max(row - 1, 0), col);
    if (key === "ArrowDown") return at(map, Math.min(row + 1, size - 1), col);
    if (key === "ArrowLeft") return col || !map ? at(map, row, Math.max(col - 1, 0)) : at(map - 1, row, size - 1);
    if (key === "ArrowRight")
      return col < size - 1 || map === maps - 1 ? at(map, row, Math.min(col + 1, size - 1)) : at(map + 1, row, 0);
    if (key === "Home") return at(0, row, col);
    return key === "End" ? at(maps - 1, row, col) : null;
  }

  return {
    element,
    /** Shades all units by their numbers, `most` the darkest. */
    draw(numbers, most, color) {
      all.forEach(({ canvas }, map) =>
        shade(canvas, numbers.slice(map * size ** 2, (map + 1) * size ** 2), most, color),
      );
    },
    /** Frames in the maps; `boxOf` says for each where. */
    mark(name, boxOf) {
      all.forEach(({ frames }, map) => frames.place(name, boxOf(map)));
    },
  };
}

/** Numbers row by row on a canvas of as many pixels; `colors` are those above zero and below. */
export function shade(canvas, numbers, most, colors) {
  const [above, below = above] = colors;
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(canvas.width, canvas.height);
  for (let i = 0; i < numbers.length; i++) {
    const x = numbers[i];
    const level = most ? Math.min(Math.abs(x) / most, 1) : 0;
    pixels.data.set([...(x < 0 ? below : above), Math.round(255 * level)], 4 * i);
  }
  context.putImageData(pixels, 0, 0);
}

/** Red, green and blue of one of the theme's colours. */
export function colorOf(root, name) {
  const hex = getComputedStyle(root).getPropertyValue(name).trim().slice(1);
  return [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
}
