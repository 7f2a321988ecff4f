// A photograph with a frame over one spot, and the sweep that paints what comes out of it.

import { calm, h } from "./dom.js";

/**
 * Pointing, dragging and arrow keys choose the spot; calls get [row, column] of a pixel.
 * @param {{name: string, onPreview: Function, onPick: Function, onMove: Function, handle?: boolean}} options
 */
export function createPhoto({ name, onPreview, onPick, onMove, handle }) {
  const canvas = h("canvas", { role: "img", "aria-label": name });
  const spot = h("div", { class: "ex-spot" });
  const grip = handle ? h("div", { class: "ex-handle" }) : null;
  const box = h(
    "div",
    { class: "ex-photo", tabindex: "0", role: "application", "aria-label": `${name}: arrow keys move the window` },
    canvas,
    spot,
    grip,
  );
  let painted;
  const pixel = (event) => {
    const area = canvas.getBoundingClientRect();
    return [
      Math.floor(((event.clientY - area.top) / area.height) * canvas.height),
      Math.floor(((event.clientX - area.left) / area.width) * canvas.width),
    ];
  };
  let dragging = null;
  box.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    if (event.pointerType === "touch" && event.target !== grip) return;
    dragging = event.pointerId;
    box.setPointerCapture?.(dragging);
    onPick(pixel(event));
  });
  box.addEventListener("pointermove", (event) => {
    if (dragging === event.pointerId && event.buttons) onPick(pixel(event));
    else if (event.pointerType !== "touch") onPreview(pixel(event));
  });
  for (const type of ["pointerup", "pointercancel", "lostpointercapture"])
    box.addEventListener(type, () => {
      dragging = null;
    });
  box.addEventListener("pointerleave", () => onPreview(null));
  // A tap, not a scroll: click comes only where the finger did not travel.
  box.addEventListener("click", (event) => onPick(pixel(event)));
  box.addEventListener("keydown", (event) => {
    const by = event.shiftKey ? 10 : 1;
    const move = { ArrowUp: [-by, 0], ArrowDown: [by, 0], ArrowLeft: [0, -by], ArrowRight: [0, by] }[event.key];
    if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
    onMove(...move);
    event.preventDefault();
    event.stopPropagation();
  });
  return {
    element: box,
    paint(size, ...levels) {
      painted = paint(canvas, size, ...levels);
      box.style.setProperty("--aspect", size.width / size.height);
    },
    /** Shows the first `count` pixels only, row by row. */
    reveal(count) {
      const context = canvas.getContext("2d");
      const { width, height } = canvas;
      const rows = Math.floor(count / width);
      context.clearRect(0, 0, width, height);
      if (rows) context.putImageData(painted, 0, 0, 0, 0, width, rows);
      if (count % width) context.putImageData(painted, 0, 0, 0, rows, count % width, 1);
    },
    frame(row, col, rows, cols) {
      const place = (element, top, left) => {
        element.style.top = `${(100 * top) / canvas.height}%`;
        element.style.left = `${(100 * left) / canvas.width}%`;
      };
      place(spot, row, col);
      spot.style.height = `${(100 * rows) / canvas.height}%`;
      spot.style.width = `${(100 * cols) / canvas.width}%`;
      if (grip) place(grip, row + rows / 2, col + cols / 2);
    },
  };
}

/** Levels on a canvas, grey where those of red are all there are; returns them as the canvas holds them. */
export function paint(canvas, { height, width }, red, green = red, blue = red) {
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(width, height);
  for (let i = 0; i < red.length; i++) pixels.data.set([red[i], green[i], blue[i], 255], 4 * i);
  context.putImageData(pixels, 0, 0);
  return pixels;
}

const SWEEP = 2600; // milliseconds

/**
 * Runs through all outputs in a few seconds: the first rows slowly enough for the eye.
 * @param onReach (part, from 0 to 1) as it goes
 * @param onEnd after the last, or when it was stopped
 */
export function createSweep({ onReach, onEnd }) {
  let frame = null;
  const stop = () => {
    if (frame === null) return;
    cancelAnimationFrame(frame);
    frame = null;
    onEnd();
  };
  function start() {
    if (calm()) return onEnd();
    let began = null;
    const tick = (now) => {
      began ??= now;
      const part = Math.min((now - began) / SWEEP, 1);
      if (part === 1) return stop();
      frame = requestAnimationFrame(tick);
      onReach(part ** 4);
    };
    frame = requestAnimationFrame(tick);
  }
  return {
    start,
    stop,
    get running() {
      return frame !== null;
    },
  };
}
