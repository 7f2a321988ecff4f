// The roofline: how many operations a second a layer of some intensity can reach, both axes
// logarithmic. Under the slope memory is the limit, under the flat roof arithmetic.

import { ratio, short } from "../engine/cost.js";
import { calm, h, setText } from "./dom.js";

const WIDTH = 340;
const HEIGHT = 262;
const PLOT = { left: 44, right: WIDTH - 10, top: 46, bottom: HEIGHT - 34 };
const LETTER = 5.4; // width of a letter of the small names, about
const APART = 12; // from one small name to the next

/** An element of a drawing, like h for the page. */
function s(tag, attributes = {}, text = null) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  if (text !== null) element.textContent = text;
  return element;
}

/** value => place between two ends, on a logarithmic scale from lo to hi; and back. */
function scale(lo, hi, from, to) {
  const unit = Math.log(hi / lo) / (to - from);
  const place = (value) => from + Math.log(value / lo) / unit;
  place.back = (at) => lo * Math.exp((at - from) * unit);
  return place;
}

/** Powers of ten from lo to hi, at most about six of them. */
function decades(lo, hi) {
  const [first, last] = [Math.ceil(Math.log10(lo)), Math.floor(Math.log10(hi))];
  const step = Math.ceil((last - first + 1) / 6) || 1;
  const found = [];
  for (let power = first; power <= last; power += step) found.push(10 ** power);
  return found;
}

/** A power of ten as text: 100, or 1e-8 where that is shorter. */
const power = (value) => (value < 1e-4 || value > 1e5 ? value.toExponential(0).replace("+", "") : ratio(value));

/**
 * @param name of the diamond, which can be dragged along the roof and is a slider for the keyboard
 * @param onDrag called with the intensity under the pointer
 * @param onDrop called when it is let go
 * @param onNudge called with ±1, or ±Infinity to an end
 */
export function createRoofline({ name, onDrag, onDrop, onNudge }) {
  const svg = s("svg", { class: "ex-roof", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" });
  const handle = h("div", { class: "ex-grab", role: "slider", tabindex: "0", "aria-label": name });
  const element = h("div", { class: "ex-roofed" }, svg, handle);
  let x;
  let last = null;
  let dragging = false;

  handle.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    dragging = true;
    handle.setPointerCapture?.(event.pointerId);
  });
  handle.addEventListener("pointermove", (event) => {
    if (!dragging) return;
    if (!event.buttons) return end();
    const box = svg.getBoundingClientRect();
    onDrag(x.back(((event.clientX - box.left) / box.width) * WIDTH));
  });
  const end = () => {
    dragging = false;
    onDrop();
  };
  for (const type of ["pointerup", "pointercancel", "lostpointercapture"]) handle.addEventListener(type, end);
  const KEYS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, Home: -Infinity, End: Infinity };
  handle.addEventListener("keydown", (event) => {
    if (!KEYS[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    onNudge(KEYS[event.key]);
    event.preventDefault();
    event.stopPropagation();
  });

  /**
   * @param compute, bandwidth the two roofs, in G a second
   * @param intensity flop/byte of the layer
   * @param reach the two intensities between which the diamond can be dragged
   * @param extent more intensities that the axis must hold, so that dragging does not change it
   * @param marks [{name, intensity}] of layers to compare with, the least intensity first
   * @param label what the drawing shows, in words
   * @param value, least, most, text where the diamond stands, for those who do not see it
   */
  function update({ compute, bandwidth, intensity, reach, extent, marks, label, value, least, most, text }) {
    const ridge = compute / bandwidth;
    const reached = (at) => Math.min(compute, at * bandwidth) * 1e9;
    const all = [intensity, ridge, ...reach, ...extent, ...marks.map((mark) => mark.intensity)];
    const [left, right] = [Math.min(1, ...all.map((i) => i / 3)), Math.max(2000, ...all.map((i) => i * 3))];
    const top = compute * 1.6e9;
    // The lowest point lies half-way up, so that the names have room beneath.
    const lowest = Math.min(...all.map(reached));
    const bottom = Math.min(top / 1000, lowest ** 2 / top);
    x = scale(left, right, PLOT.left, PLOT.right);
    const y = scale(bottom, top, PLOT.bottom, PLOT.top);
    const parts = [];
    const draw = (...element) => parts.push(s(...element));
    const line = (from, to, name) => draw("line", { x1: from[0], y1: from[1], x2: to[0], y2: to[1], class: name });
    const word = (at, anchor, text, name = "") =>
      draw("text", { x: at[0], y: at[1], "text-anchor": anchor, class: name }, text);

    for (const at of decades(left, right)) {
      line([x(at), PLOT.top], [x(at), PLOT.bottom], "is-grid");
      word([x(at), PLOT.bottom + 14], "middle", power(at));
    }
    for (const at of decades(bottom, top)) {
      line([PLOT.left, y(at)], [PLOT.right, y(at)], "is-grid");
      word([PLOT.left - 5, y(at) + 4], "end", at < 1 ? power(at) : short(at));
    }
    word([PLOT.right, HEIGHT - 4], "end", "intensity, flop/byte");
    word([2, PLOT.top - 14], "start", "flop/s");

    const corner = [x(ridge), y(reached(ridge))];
    line(corner, [corner[0], PLOT.bottom], "is-ridge");
    const start = Math.max(left, bottom / 1e9 / bandwidth);
    const path = `M${x(start)} ${y(reached(start))}L${corner.join(" ")}L${PLOT.right} ${corner[1]}`;
    draw("path", { d: path, class: "is-roof" });
    const way = [reach[0], ...(reach[0] < ridge && ridge < reach[1] ? [ridge] : []), reach[1]];
    draw("path", { d: `M${way.map((at) => `${x(at)} ${y(reached(at))}`).join("L")}`, class: "is-reach" });

    // Names stand below their marks, moved apart where they would touch.
    const beside = marks.map((mark) => x(mark.intensity));
    for (let i = 1; i < beside.length; i++) beside[i] = Math.max(beside[i], beside[i - 1] + APART);
    for (let i = beside.length - 1, most = PLOT.right - 5; i >= 0; i--, most -= APART)
      beside[i] = Math.min(beside[i], most);
    const bend = PLOT.bottom - 8 - LETTER * Math.max(...marks.map((mark) => mark.name.length));
    marks.forEach(({ name, intensity: at }, i) => {
      const [cx, cy] = [x(at), y(reached(at))];
      const end = PLOT.bottom - 8 - LETTER * name.length;
      draw("path", { d: `M${cx} ${cy}V${bend - 14}L${beside[i]} ${bend}V${end}`, class: "is-leader" });
      const turned = `translate(${beside[i] + 3.5} ${PLOT.bottom - 4}) rotate(-90)`;
      draw("text", { transform: turned, class: "is-small" }, name);
      draw("circle", { cx, cy, r: 3.5, class: "is-mark" });
    });

    const [cx, cy] = [x(intensity), y(reached(intensity))];
    line([cx, cy], [cx, 18], "is-leader is-own");
    // The ridge's name stands on the side of the roof where the layer's own line does not pass.
    const before = (cx >= corner[0] && corner[0] > PLOT.left + 70) || corner[0] > PLOT.right - 70;
    word([corner[0] + (before ? -4 : 0), corner[1] - 9], before ? "end" : "start", `ridge ${ratio(ridge)}`);
    draw("path", { d: `M${cx} ${cy - 7}l7 7l-7 7l-7 -7z`, class: "is-layer" });
    const third = (cx - PLOT.left) / (PLOT.right - PLOT.left);
    const anchor = third < 1 / 3 ? "start" : third > 2 / 3 ? "end" : "middle";
    word([cx, 13], anchor, `this layer, ${ratio(intensity)} flop/byte`, "is-name");
    svg.setAttribute("aria-label", label);
    svg.replaceChildren(...parts);
    handle.style.left = `${(100 * cx) / WIDTH}%`;
    handle.style.top = `${(100 * cy) / HEIGHT}%`;
    for (const [key, said] of Object.entries({ now: value, min: least, max: most, text }))
      handle.setAttribute(`aria-value${key}`, said);
    if (last && !dragging && !calm())
      svg
        .querySelector(".is-layer")
        .animate?.([{ transform: `translate(${last[0] - cx}px, ${last[1] - cy}px)` }, { transform: "none" }], {
          duration: 240,
          easing: "ease-in-out",
        });
    last = [cx, cy];
  }

  return { element, update };
}

/** Lengths compared; update takes [text, part] for each name, part from 0 to 1. */
export function createBars(names) {
  const bars = names.map((name, i) => {
    const text = h("span");
    const fill = h("span", { class: `ex-fill is-${i}` });
    const rail = h("span", { class: "ex-rail", "aria-hidden": "true" }, fill);
    return { text, fill, element: h("p", { class: "ex-bar" }, name, " ", text, rail) };
  });
  return {
    element: h(
      "div",
      { class: "ex-bars" },
      bars.map(({ element }) => element),
    ),
    update: (rows) =>
      rows.forEach(([text, part], i) => {
        setText(bars[i].text, text);
        bars[i].fill.style.width = `${100 * part}%`;
      }),
  };
}
