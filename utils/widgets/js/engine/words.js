// What SlidingWindow says in sentences about a configuration. Pure, like the engine beside it.

import { show } from "./numbers.js";
import { formula, outputShape, overhang, shapeOf, unread } from "./shape.js";
import { affected, arithmetic, copies, isBeyond, POOLING, source, uses, valueAt } from "./window.js";

export const WINDOW_WORD = { conv: "Kernel", flip: "Kernel", max: "Window", avg: "Window" };

export const MODES = [
  ["conv", "Cross-correlation"],
  ["flip", "True convolution"],
  ["max", "Max pooling"],
  ["avg", "Average pooling"],
];
// What an average divides by: the state's `count_include_pad`, in words.
export const DIVISORS = [
  ["true", "All of the window"],
  ["false", "Its pixels, no padding"],
];
// As nn.Conv2d names them: the state's `padding_mode`, in words.
export const PADDING_MODES = [
  ["zeros", "Zeros"],
  ["reflect", "Reflect"],
  ["replicate", "Replicate"],
  ["circular", "Circular"],
];
// Whether a last window may hang over the end: the state's `ceil_mode`.
export const CEIL_MODES = [
  ["false", "Off: windows fit"],
  ["true", "On: the last may hang over"],
];
const NOTES = { conv: "", flip: ", turned by 180° as it slides", max: ", passes on the largest" };

/** What the window does, to stand behind its size. */
export const note = (config) =>
  NOTES[config.mode] ??
  `, weighs ${weighsAlike(config) ? "all" : config.countIncludePad ? "what is there" : "its pixels"} alike`;

/** Whether an average has the same weights everywhere: not where it divides by fewer at an edge. */
export const weighsAlike = (config) => config.countIncludePad && !overhang(config).some(Boolean);

/** The axis that a signal runs along: the one where more than a single place is possible; else null. */
export function signalAxis({ input, kernel, padding }) {
  const [n, k] = [shapeOf(input), shapeOf(kernel)];
  const flat = [0, 1].map((a) => n[a] === 1 && k[a] === 1 && !padding[a]);
  return flat[0] === flat[1] ? null : Number(flat[0]);
}

/** The input's shape, that with its padding, and what the padding holds. */
export function inputText({ input, padding, paddingMode, mode }) {
  const n = shapeOf(input);
  if (!padding.some(Boolean)) return n.join("×");
  const padded = n.map((size, a) => size + 2 * padding[a]).join("×");
  return `${n.join("×")}, padded ${padded}${isCopying({ paddingMode, mode }) ? `, ${paddingMode}` : ""}`;
}

const isCopying = ({ paddingMode, mode }) => !POOLING.has(mode) && (paddingMode ?? "zeros") !== "zeros";

/** What stands between kernel and output, so that the panels read as an equation: the bias too. */
export const equalsSign = ({ mode, bias }) =>
  POOLING.has(mode) || !bias ? "=" : `${bias < 0 ? "−" : "+"} ${show(Math.abs(bias))} =`;

export const isOutside = (input, row, col) => {
  const [h, w] = shapeOf(input);
  return row < 0 || col < 0 || row >= h || col >= w;
};

/** Rows and columns that no window reads: {rows, columns} as arrays of input indices. */
export function unreadLines({ input, kernel, stride, padding, dilation, ceilMode }) {
  const [n, k] = [shapeOf(input), shapeOf(kernel)];
  const [rows, columns] = [0, 1].map((a) => unread(n[a], k[a], stride[a], padding[a], dilation[a], ceilMode));
  return { rows, columns };
}

/** The output-size formula along both axes, and what the edge loses. */
export function shapeText(config) {
  const [n, k] = [shapeOf(config.input), shapeOf(config.kernel)];
  const { stride, padding, dilation } = config;
  const along = signalAxis(config);
  const lines = ["Height", "Width"]
    .map((word, a) => `${word} ${formula(n[a], k[a], stride[a], padding[a], dilation[a], config.ceilMode)}`)
    .filter((_, a) => along === null || a === along);
  if (lines.some((line) => line.includes("1 − 1 =")))
    lines.push("One less: the last window would begin behind the input");
  const { rows, columns } = unreadLines(config);
  const counted = (count, word) => count && `${count} ${word}${count > 1 ? "s" : ""}`;
  const lost = [counted(rows.length, "row"), counted(columns.length, "column")].filter(Boolean);
  if (lost.length) lines.push(`Hatched: ${lost.join(" and ")} that no window reads`);
  return lines.join("\n");
}

/**
 * What is pointed at: an input cell and whom it feeds, a weight and its uses, or an output.
 * @param {any} config
 * @param {any} preview
 * @param {number[]} output [row, column]
 * @param {boolean} [valued] whether to tell an input's value, too: its cell has no room for it
 */
export function pointedText(config, preview, [r, c], valued = false) {
  if (preview?.where === "input") {
    const { row, col } = preview;
    if (isBeyond(config, row, col)) return "Nothing is here: the last window hangs over the end";
    const fed = affected(config, row, col);
    const readers = fed.length && fed.length <= 8 ? `: ${fed.map((o) => `(${o.join(", ")})`).join(" ")}` : "";
    const feeds = `${fed.length || "no"} output${fed.length === 1 ? "" : "s"}${readers}`;
    if (isOutside(config.input, row, col)) {
      const from = source(config, row, col);
      return `Padding (${show(row)}, ${show(col)})${from ? `, a copy of (${from.join(", ")}),` : ""} feeds ${feeds}`;
    }
    const copied = copies(config, row, col).length;
    const self = `Input (${row}, ${col})${valued ? `, ${show(valueAt(config, row, col))},` : ""}`;
    if (!copied) return `${self} feeds ${feeds}`;
    return `${self} and its ${copied === 1 ? "copy" : `${copied} copies`} feed ${feeds}`;
  }
  if (preview?.where === "kernel") {
    const [oh, ow] = outputShape(config);
    const used = uses(config, preview.row, preview.col).length;
    const whole = used === oh * ow ? ", once for each output" : "";
    return `${WINDOW_WORD[config.mode]} (${preview.row}, ${preview.col}) is used ${used} time${used === 1 ? "" : "s"}${whole}`;
  }
  return `Output (${r}, ${c})`;
}

/** A step as a screen reader should hear it. */
export function spokenStep(config, r, c) {
  const [oh, ow] = outputShape(config);
  const sum = arithmetic(config, r, c).replaceAll("−", "minus ").replaceAll("×", " times ");
  return `Step ${r * ow + c + 1} of ${oh * ow}. Output row ${r}, column ${c}: ${sum}`;
}
