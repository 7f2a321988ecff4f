// What SlidingWindow says in sentences about a configuration. Pure, like the engine beside it.

import { show } from "./numbers.js";
import { formula, outputShape, shapeOf, unread } from "./shape.js";
import { affected, arithmetic, POOLING } from "./window.js";

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
const NOTES = { conv: "", flip: ", turned by 180° as it slides", max: ", passes on the largest" };

/** What the window does, to stand behind its size. */
export const note = ({ mode, countIncludePad }) =>
  NOTES[mode] ?? (countIncludePad ? ", weighs all alike" : ", weighs its pixels alike");

/** What stands between kernel and output, so that the panels read as an equation: the bias too. */
export const equalsSign = ({ mode, bias }) =>
  POOLING.has(mode) || !bias ? "=" : `${bias < 0 ? "−" : "+"} ${show(Math.abs(bias))} =`;

export const isOutside = (input, row, col) => {
  const [h, w] = shapeOf(input);
  return row < 0 || col < 0 || row >= h || col >= w;
};

/** Rows and columns that no window reads: {rows, columns} as arrays of input indices. */
export function unreadLines({ input, kernel, stride, padding, dilation }) {
  const [n, k] = [shapeOf(input), shapeOf(kernel)];
  const [rows, columns] = [0, 1].map((a) => unread(n[a], k[a], stride[a], padding[a], dilation[a]));
  return { rows, columns };
}

/** The output-size formula along both axes, and what the edge loses. */
export function shapeText(config) {
  const [n, k] = [shapeOf(config.input), shapeOf(config.kernel)];
  const { stride, padding, dilation } = config;
  const lines = ["Height", "Width"].map(
    (word, a) => `${word} ${formula(n[a], k[a], stride[a], padding[a], dilation[a])}`,
  );
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
 */
export function pointedText(config, preview, [r, c]) {
  if (preview?.where === "input") {
    const { row, col } = preview;
    const fed = affected(config, row, col);
    const kind = isOutside(config.input, row, col) ? "Padding" : "Input";
    const readers = fed.length && fed.length <= 8 ? `: ${fed.map((o) => `(${o.join(", ")})`).join(" ")}` : "";
    return `${kind} (${row}, ${col}) feeds ${fed.length || "no"} output${fed.length === 1 ? "" : "s"}${readers}`;
  }
  if (preview?.where === "kernel") {
    const [oh, ow] = outputShape(config);
    return `${WINDOW_WORD[config.mode]} (${preview.row}, ${preview.col}) is used ${oh * ow} times, once for each output`;
  }
  return `Output (${r}, ${c})`;
}

/** A step as a screen reader should hear it. */
export function spokenStep(config, r, c) {
  const [oh, ow] = outputShape(config);
  const sum = arithmetic(config, r, c).replaceAll("−", "minus ").replaceAll("×", " times ");
  return `Step ${r * ow + c + 1} of ${oh * ow}. Output row ${r}, column ${c}: ${sum}`;
}
