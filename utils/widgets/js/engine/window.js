// The sliding window: who reads whom, and what comes out. Pure functions of a configuration
//   { input, kernel, stride, padding, dilation, mode, bias, countIncludePad }
// where input and kernel are arrays of rows and the three settings are [rows, columns].
// Modes: conv (cross-correlation), flip (true convolution), max, avg.

import { bracket, show } from "./numbers.js";
import { effectiveKernelSize, outputShape, outputSize, shapeOf } from "./shape.js";

export const POOLING = new Set(["max", "avg"]);

/** Input cells that output (r, c) reads, in kernel order; padding has indices outside the input. */
export function taps({ input, kernel, stride, padding, dilation }, r, c) {
  const [h, w] = shapeOf(input);
  const [kh, kw] = shapeOf(kernel);
  const found = [];
  for (let u = 0; u < kh; u++)
    for (let v = 0; v < kw; v++) {
      const row = r * stride[0] - padding[0] + u * dilation[0];
      const col = c * stride[1] - padding[1] + v * dilation[1];
      found.push({ u, v, row, col, padded: row < 0 || col < 0 || row >= h || col >= w });
    }
  return found;
}

/** What a dilated kernel steps over between its taps: [row, column] in the input. */
export function skipped({ kernel, stride, padding, dilation }, r, c) {
  const span = shapeOf(kernel).map((k, axis) => effectiveKernelSize(k, dilation[axis]));
  const found = [];
  for (let i = 0; i < span[0]; i++)
    for (let j = 0; j < span[1]; j++)
      if (i % dilation[0] || j % dilation[1])
        found.push([r * stride[0] - padding[0] + i, c * stride[1] - padding[1] + j]);
  return found;
}

/** Along one axis, the outputs o for which some tap t has o·stride − padding + t·dilation = i. */
function feeds(i, k, stride, padding, dilation, outputs) {
  const found = [];
  for (let t = k - 1; t >= 0; t--) {
    const start = i + padding - t * dilation;
    const o = start / stride;
    if (Number.isInteger(o) && o >= 0 && o < outputs) found.push(o);
  }
  return found;
}

/** Output cells [r, c] that input cell (row, col) feeds, padding cells included. */
export function affected(config, row, col) {
  const { kernel, stride, padding, dilation } = config;
  const k = shapeOf(kernel);
  const out = outputShape(config);
  const rows = feeds(row, k[0], stride[0], padding[0], dilation[0], out[0]);
  const cols = feeds(col, k[1], stride[1], padding[1], dilation[1], out[1]);
  return rows.flatMap((r) => cols.map((c) => [r, c]));
}

/** Input cells [row, col] that meet weight (u, v) somewhere on the window's way. */
export function uses(config, u, v) {
  const { kernel, stride, padding, dilation, mode } = config;
  const [oh, ow] = outputShape(config);
  const [kh, kw] = shapeOf(kernel);
  const [a, b] = mode === "flip" ? [kh - 1 - u, kw - 1 - v] : [u, v];
  const found = [];
  for (let r = 0; r < oh; r++)
    for (let c = 0; c < ow; c++)
      found.push([r * stride[0] - padding[0] + a * dilation[0], c * stride[1] - padding[1] + b * dilation[1]]);
  return found;
}

/** The weight that meets tap (u, v): true convolution turns the kernel by 180 degrees. */
export function weightAt({ kernel, mode }, u, v) {
  if (mode !== "flip") return kernel[u][v];
  const [kh, kw] = shapeOf(kernel);
  return kernel[kh - 1 - u][kw - 1 - v];
}

/** What a padding cell counts as. */
export const padValue = (mode) => (mode === "max" ? -Infinity : 0);

function valuesAt(config, r, c) {
  const outside = padValue(config.mode);
  return taps(config, r, c).map((tap) => ({
    ...tap,
    value: tap.padded ? outside : config.input[tap.row][tap.col],
  }));
}

/** How many numbers an average is divided by. */
const divisor = (config, cells) =>
  config.countIncludePad === false ? cells.filter((t) => !t.padded).length : cells.length;

/** The value of output (r, c). */
export function outputAt(config, r, c) {
  const cells = valuesAt(config, r, c);
  if (config.mode === "max") return cells.reduce((most, t) => Math.max(most, t.value), -Infinity);
  if (config.mode === "avg") return cells.reduce((sum, t) => sum + t.value, 0) / divisor(config, cells);
  return cells.reduce((sum, t) => sum + t.value * weightAt(config, t.u, t.v), config.bias ?? 0);
}

/** The whole output, an array of rows. */
export function output(config) {
  const [oh, ow] = outputShape(config);
  return Array.from({ length: oh }, (_, r) => Array.from({ length: ow }, (_, c) => outputAt(config, r, c)));
}

/** Index in taps(...) of the value that max pooling passes on: the first largest, as in PyTorch. */
export function winner(config, r, c) {
  const cells = valuesAt(config, r, c);
  return cells.reduce((best, t, i) => (t.value > cells[best].value ? i : best), 0);
}

/** The sum behind output (r, c), written out. */
export function arithmetic(config, r, c) {
  const cells = valuesAt(config, r, c);
  const result = show(outputAt(config, r, c));
  const values = cells.map((t) => show(t.value));
  if (config.mode === "max") return `max(${values.join(", ")}) = ${result}`;
  if (config.mode === "avg") {
    const sum = cells.map((t, i) => (i ? bracket(t.value) : values[i])).join(" + ");
    return `(${sum}) / ${divisor(config, cells)} = ${result}`;
  }
  const terms = cells.map((t, i) => `${i ? bracket(t.value) : values[i]}×${bracket(weightAt(config, t.u, t.v))}`);
  if (config.bias) terms.push(`${bracket(config.bias)}`);
  return `${terms.join(" + ")} = ${result}`;
}

/** Null where the configuration can be computed; else a sentence with the broken rule and a fix. */
export function brokenRule(config) {
  const { input, kernel, stride, padding, dilation, mode } = config;
  const n = shapeOf(input);
  const k = shapeOf(kernel);
  for (const axis of [0, 1]) {
    const along = axis ? "wide" : "high";
    const span = effectiveKernelSize(k[axis], dilation[axis]);
    const room = n[axis] + 2 * padding[axis];
    if (mode === "avg" && dilation[axis] !== 1) return "Average pooling has no dilation in PyTorch. Set Dilation to 1.";
    if (POOLING.has(mode) && padding[axis] > k[axis] / 2)
      return (
        `Pooling pads by at most half the window: ${padding[axis]} is more than half of ` +
        `${k[axis]}. Set Padding to ${Math.floor(k[axis] / 2)} or less.`
      );
    if (outputSize(n[axis], k[axis], stride[axis], padding[axis], dilation[axis]) < 1)
      return (
        `The window is ${span} ${along}` +
        (dilation[axis] > 1 ? ` (${dilation[axis]}·(${k[axis]} − 1) + 1)` : "") +
        `, but the padded input is only ${room} (${n[axis]} + 2·${padding[axis]}). ` +
        "Use a smaller kernel or dilation, or more padding."
      );
  }
  return null;
}
