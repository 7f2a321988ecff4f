// The sliding window: who reads whom, and what comes out. Pure functions of a configuration
//   { input, kernel, stride, padding, dilation, mode, bias, countIncludePad, paddingMode, ceilMode }
// where input and kernel are arrays of rows and the three settings are [rows, columns].
// Modes: conv (cross-correlation), flip (true convolution), max, avg. paddingMode, for the first two, is
// one of nn.Conv2d's; ceilMode, for the last two, lets a last window hang over the end.

import { bracket, show } from "./numbers.js";
import { effectiveKernelSize, outputShape, outputSize, shapeOf, useSmaller } from "./shape.js";

const NEAR = 1e-6; // a part of a wanted output by which one may miss it

export const POOLING = new Set(["max", "avg"]);

// Which of n pixels a place outside of them shows; "zeros", the default, copies none.
const SOURCES = {
  reflect: (i, n) => (i < 0 ? -i : Math.min(i, 2 * (n - 1) - i)),
  replicate: (i, n) => Math.min(Math.max(i, 0), n - 1),
  circular: (i, n) => (i + n) % n,
};

/** The input cell [row, col] whose value stands at (row, col), or null where padding is a constant. */
export function source({ input, paddingMode }, row, col) {
  const [h, w] = shapeOf(input);
  if (row >= 0 && col >= 0 && row < h && col < w) return [row, col];
  const from = SOURCES[paddingMode];
  return from ? [from(row, h), from(col, w)] : null;
}

/** Where the value of input cell (row, col) stands along both axes: there, and where padding copies it. */
function standing({ input, padding, paddingMode }, row, col) {
  const from = SOURCES[paddingMode];
  const [n, at] = [shapeOf(input), [row, col]];
  if (!from || at.some((i, a) => i < 0 || i >= n[a])) return at.map((i) => [i]);
  return at.map((i, a) => {
    const all = Array.from({ length: n[a] + 2 * padding[a] }, (_, place) => place - padding[a]);
    return all.filter((place) => from(place, n[a]) === i);
  });
}

/** The padding cells [row, col] that copy input cell (row, col). */
export function copies(config, row, col) {
  const [rows, cols] = standing(config, row, col);
  return rows.flatMap((i) => cols.map((j) => [i, j])).filter(([i, j]) => i !== row || j !== col);
}

/** Whether (row, col) lies behind the end of the padding, where nothing is. */
export function isBeyond({ input, padding }, row, col) {
  const [h, w] = shapeOf(input);
  return row >= h + padding[0] || col >= w + padding[1];
}

/**
 * Input cells under output (r, c), in kernel order; padding has indices outside the input. What hangs
 * over the end of the padding is `beyond`: nothing is there, and nothing is read.
 */
export function taps(config, r, c) {
  const { input, kernel, stride, padding, dilation } = config;
  const [h, w] = shapeOf(input);
  const [kh, kw] = shapeOf(kernel);
  const found = [];
  for (let u = 0; u < kh; u++)
    for (let v = 0; v < kw; v++) {
      const row = r * stride[0] - padding[0] + u * dilation[0];
      const col = c * stride[1] - padding[1] + v * dilation[1];
      const padded = row < 0 || col < 0 || row >= h || col >= w;
      found.push({ u, v, row, col, padded, beyond: isBeyond(config, row, col) });
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

/** Output cells [r, c] that input cell (row, col) feeds, itself or by its copies; padding cells, too. */
export function affected(config, row, col) {
  const { kernel, stride, padding, dilation } = config;
  const k = shapeOf(kernel);
  const out = outputShape(config);
  if (isBeyond(config, row, col)) return [];
  const [rows, cols] = standing(config, row, col).map((places, a) => {
    const fed = places.flatMap((i) => feeds(i, k[a], stride[a], padding[a], dilation[a], out[a]));
    return [...new Set(fed)].sort((one, other) => one - other);
  });
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
  return found.filter((at) => !isBeyond(config, ...at));
}

/** The weight that meets tap (u, v): true convolution turns the kernel by 180 degrees. */
export function weightAt({ kernel, mode }, u, v) {
  if (mode !== "flip") return kernel[u][v];
  const [kh, kw] = shapeOf(kernel);
  return kernel[kh - 1 - u][kw - 1 - v];
}

/** What a cell counts as, padding included. */
export function valueAt(config, row, col) {
  const from = source(config, row, col);
  if (from) return config.input[from[0]][from[1]];
  return config.mode === "max" ? -Infinity : 0;
}

const valuesAt = (config, r, c) =>
  taps(config, r, c).map((tap) => ({ ...tap, value: valueAt(config, tap.row, tap.col) }));

/** How many numbers an average is divided by. */
const divisor = (config, cells) =>
  cells.filter((t) => (config.countIncludePad === false ? !t.padded : !t.beyond)).length;

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
  const cells = valuesAt(config, r, c).filter((t) => !t.beyond);
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
  const { input, kernel, stride, padding, dilation, mode, paddingMode, ceilMode } = config;
  const n = shapeOf(input);
  const k = shapeOf(kernel);
  if (POOLING.has(mode) && SOURCES[paddingMode])
    return "Pooling has no padding mode in PyTorch. Set Padding mode to Zeros.";
  if (ceilMode && !POOLING.has(mode)) return "A convolution has no ceil mode in PyTorch. Set Ceil mode to Off.";
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
    const most = { reflect: n[axis] - 1, circular: n[axis] }[paddingMode];
    if (padding[axis] > most)
      return (
        (paddingMode === "reflect"
          ? `Reflect mirrors the input at its border pixel, so it pads by less than the input's ${n[axis]}`
          : `Circular wraps around once, so it pads by at most the input's ${n[axis]}`) +
        ` ${axis ? "columns" : "rows"}; ${padding[axis]} is too many. Set Padding to ${most} or less, or take another mode.`
      );
    if (outputSize(n[axis], k[axis], stride[axis], padding[axis], dilation[axis], ceilMode) < 1)
      return (
        `The window is ${span} ${along}` +
        (dilation[axis] > 1 ? ` (${dilation[axis]}·(${k[axis]} − 1) + 1)` : "") +
        `, but the padded input is only ${room} (${n[axis]} + 2·${padding[axis]}). ` +
        `${useSmaller(dilation[axis])}.`
      );
  }
  return null;
}

/**
 * What a goal still lacks, as a sentence; "" where all of it does, as at the start; null where it is met.
 * A goal names shapes that must hold, and may name an output.
 */
export function lacks(config, goal) {
  const shapes = {
    output_shape: outputShape(config),
    input_shape: shapeOf(config.input),
    kernel_shape: shapeOf(config.kernel),
  };
  const wrong = (name) => goal[name] && goal[name].join() !== shapes[name].join();
  const near = (row, r) =>
    row.every((value, c) => Math.abs(value - outputAt(config, r, c)) <= NEAR * Math.max(1, Math.abs(value)));
  const output = goal.output && { shape: shapeOf(goal.output).join(), near: () => goal.output.every(near) };
  if (wrong("output_shape") || (output && (output.shape !== shapes.output_shape.join() || !output.near()))) return "";
  for (const [name, called] of [
    ["input_shape", "input"],
    ["kernel_shape", "kernel"],
  ])
    if (wrong(name)) return `The ${called} is to be ${goal[name].join("×")}.`;
  return null;
}
