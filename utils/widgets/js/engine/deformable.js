// One window of a deformable convolution: where its points look, what they read between the pixels,
// and how the window's sum changes with each offset. Pure functions of the widget's state.

import { bracket, clean, parseValue, quoted, rounded, show } from "./numbers.js";
import { shapeOf } from "./shape.js";
import { tensor } from "./snippet.js";

export const FARTHEST = 16; // pixels, either way
export const BY = 0.1; // a step by key, or dragged
const FEW = 2; // that are named
const RING = 1; // zeros drawn around the input
const BLOCK = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];

const grid = (value) => Array.from({ length: 7 }, (_, i) => Array.from({ length: 7 }, (_, j) => value(i, j)));
/** @type {[name: string, input: number[][]][]} */
export const PICTURES = [
  ["Ramp", grid((i, j) => 2 * i + j)],
  ["Edge", grid((_, j) => (j > 2 ? 9 : 0))],
  ["Slanted bar", grid((i, j) => Math.max(0, 9 - 4 * Math.abs(i + 2 * j - 9)))],
  [
    "Digit",
    ["0000000", "0788860", "0999990", "0011890", "0002980", "0008940", "0039900"].map((row) => [...row].map(Number)),
  ],
];

/** A preset's offsets: [down, right] of the tap that stands `u`, `v` from the middle, `a`, `b` in the kernel. */
const RULES = {
  "All offsets zero": () => [0, 0],
  "Dilated by 2": (_u, _v, a, b) => [a, b],
  "Half a pixel": () => [0.5, 0.5],
  "Scaled by 1.5": (u, v) => [u / 2, v / 2],
  Sheared: (u) => [0, -u / 2],
  "Rotated 45°": (u, v) => [Math.SQRT1_2 * (u + v) - u, Math.SQRT1_2 * (v - u) - v],
};

/** [name, offset] of the presets that differ for a kernel of k_h × k_w. */
export function presets(kernel) {
  const [h, w] = shapeOf(kernel);
  const seen = new Set();
  return Object.entries(RULES)
    .map(([name, rule]) => {
      const each = Array.from({ length: h * w }, (_, n) => {
        const [a, b] = [Math.floor(n / w), n % w];
        return rule(a - (h - 1) / 2, b - (w - 1) / 2, a - ((h - 1) >> 1), b - ((w - 1) >> 1));
      });
      return /** @type {[string, number[]]} */ ([name, each.flat().map((x) => rounded(x, 100))]);
    })
    .filter(([, offset]) => !seen.has(offset.join()) && seen.add(offset.join()));
}

/** How many places [rows, columns] the window has. */
export const places = ({ input, kernel }) => shapeOf(input).map((n, axis) => n - shapeOf(kernel)[axis] + 1);

/** From and to of what is drawn: the input and a ring of zeros. */
export const bounds = ({ input }) => ({ from: [-RING, -RING], to: shapeOf(input).map((n) => n + RING) });

export const pixelAt = ({ input }, row, col) => input[row]?.[col] ?? 0;

/**
 * Every sampling point, row by row: its tap (a, b) and weight, the pixel [row, column] it has `from` an
 * ordinary window, its offset `moved`, where it looks, `at`, the four `pixels` around with their shares,
 * what it `reads`, the `term` of the sum, and its gradients. On a pixel, where the slope jumps, it is the
 * one below and to the right, as in utils.functional.deform_conv2d.
 */
export function points(state) {
  const { kernel, offset, mask, modulated, row, column } = state;
  return kernel.flat().map((weight, n) => {
    const [a, b] = [Math.floor(n / kernel[0].length), n % kernel[0].length];
    const from = [row + a, column + b];
    const moved = offset.slice(2 * n, 2 * n + 2);
    const at = from.map((x, axis) => clean(x + moved[axis]));
    const first = at.map(Math.floor);
    const [v, h] = at.map((x, axis) => clean(x - first[axis]));
    const pixels = BLOCK.map(([down, right]) => {
      const place = [first[0] + down, first[1] + right];
      return { place, value: pixelAt(state, ...place), share: clean((down ? v : 1 - v) * (right ? h : 1 - h)) };
    });
    const [x00, x01, x10, x11] = pixels.map(({ value }) => value);
    const reads = clean(pixels.reduce((sum, { value, share }) => sum + value * share, 0));
    const scale = modulated ? mask[n] : 1;
    const slopes = [(1 - h) * (x10 - x00) + h * (x11 - x01), (1 - v) * (x01 - x00) + v * (x11 - x10)];
    return {
      n,
      a,
      b,
      weight,
      from,
      moved,
      at,
      v,
      h,
      pixels,
      reads,
      scale,
      sample: clean(scale * reads),
      term: clean(scale * reads * weight),
      gradient: slopes.map((slope) => clean(slope * scale * weight)),
      maskGradient: clean(reads * weight),
    };
  });
}

const added = (all) => clean(all.reduce((sum, { term }) => sum + term, 0));
export const total = (state) => added(points(state));

// Equations. Where a number is shown rounded, the sign says so.

const exact = (x) => Math.abs(Number(show(x).replace("−", "-")) - x) <= 1e-9 * Math.max(1, Math.abs(x));
const equals = (...numbers) => (numbers.every(exact) ? "=" : "≈");
const plus = (x) => (x < 0 ? `− ${show(-x)}` : `+ ${show(x)}`);
const difference = (a, b) => `${show(a)} − ${bracket(b)}`;
const rest = (x) => `(1 − ${show(x)})`;

/** Where the point looks, one line an axis. */
export const placeTexts = ({ from, moved, at }) =>
  ["Row", "Column"].map(
    (word, axis) => `${word}: ${from[axis]} ${plus(moved[axis])} ${equals(moved[axis], at[axis])} ${show(at[axis])}`,
  );

/** The share of each of the four pixels. */
export const shareTexts = ({ v, h, pixels }) =>
  BLOCK.map(([down, right], i) => {
    const { share } = pixels[i];
    return `${down ? show(v) : rest(v)}×${right ? show(h) : rest(h)} ${equals(v, h, share)} ${show(share)}`;
  });

/** What the point reads, and what its mask leaves of it. */
export function readText({ pixels, reads, scale, sample }, modulated) {
  const terms = pixels.map(({ share, value }) => `${show(share)}×${bracket(value)}`);
  const numbers = pixels.flatMap(({ share, value }) => [share, value]);
  const read = `Reads: ${terms.join(" + ")} ${equals(reads, ...numbers)} ${show(reads)}`;
  if (!modulated) return [read];
  return [read, `Times its mask: ${show(scale)}×${bracket(reads)} ${equals(scale, reads, sample)} ${show(sample)}`];
}

/** The gradients of the window's sum to this point's offset, and to its mask. */
export function gradientTexts({ weight, scale, v, h, pixels, reads, gradient, maskGradient }, modulated) {
  const [x00, x01, x10, x11] = pixels.map(({ value }) => value);
  const factor = `${modulated ? `${show(scale)}×` : ""}${bracket(weight)}`;
  const numbers = [...(modulated ? [scale] : []), weight, x00, x01, x10, x11];
  const slope = (part, [near, far], result) =>
    `${factor}×(${rest(part)}×(${near}) + ${show(part)}×(${far})) ${equals(part, result, ...numbers)} ${show(result)}`;
  const down = slope(h, [difference(x10, x00), difference(x11, x01)], gradient[0]);
  const right = slope(v, [difference(x01, x00), difference(x11, x10)], gradient[1]);
  const lines = [`∂y/∂Δrow: ${down}`, `∂y/∂Δcolumn: ${right}`];
  if (modulated)
    lines.push(
      `∂y/∂mask: ${bracket(weight)}×${bracket(reads)} ${equals(weight, reads, maskGradient)} ${show(maskGradient)}`,
    );
  return lines;
}

/** The window's sum. */
export function sumText(state) {
  const all = points(state);
  const terms = all.map(({ sample, weight }) => `${bracket(sample)}×${bracket(weight)}`);
  const sum = added(all);
  const numbers = all.flatMap(({ sample, weight }) => [sample, weight]);
  return `${terms.join(" + ")} ${equals(sum, ...numbers)} ${show(sum)}`;
}

/** The sum of the terms up to the chosen point. */
export function partialText(state, step) {
  const all = points(state).slice(0, step + 1);
  const sum = added(all);
  const terms = all.map(({ term }, i) => (i ? plus(term) : show(term)));
  const count = state.kernel.flat().length;
  const words = `${step + 1} of ${count} terms`;
  return terms.length > 1
    ? `${words}: ${terms.join(" ")} ${equals(sum, ...all.map(({ term }) => term))} ${show(sum)}`
    : `${words}: ${terms[0]}`;
}

export const pointName = ({ a, b }) => `(${a}, ${b})`;

/** A point as a screen reader hears it. */
export const pointLabel = (point) =>
  `Point ${pointName(point)}, at row ${show(point.at[0])}, column ${show(point.at[1])}, reads ${show(point.reads)}`.replaceAll(
    "−",
    "minus ",
  );

/** What is pointed at: a pixel and who reads it, else the output. */
export function pointedText(state, pixel) {
  const all = points(state);
  const { row: r, column: c, modulated } = state;
  if (!pixel)
    return `Output (${r}, ${c}): what each point reads, times its ${modulated ? "mask and " : ""}weight, added up`;
  const [row, col] = pixel;
  const value = show(pixelAt(state, row, col));
  const outside = state.input[row]?.[col] === undefined;
  const name = `${outside ? "Outside" : "Input"} (${show(row)}, ${show(col)}), ${value},`;
  const readers = readersOf(all, pixel).map(({ point, share }) => `${pointName(point)} with ${show(share)}`);
  const few = readers.length <= FEW ? readers.join(" and ") : `${readers.length} points`;
  return `${name} is read by ${few || "no point"}`;
}

/** The points that read a pixel, and with which share. */
export const readersOf = (all, [row, col]) =>
  all.flatMap((point) =>
    point.pixels
      .filter(({ place, share }) => share > 0 && place[0] === row && place[1] === col)
      .map(({ share }) => ({ point, share })),
  );

/** A typed offset. Returns {value} or {error}. */
export function parseOffset(text, name) {
  const { value = NaN, error } = parseValue(text, name);
  if (error && !/million/.test(error)) return { error };
  if (Math.abs(value) <= FARTHEST) return { value };
  return { error: `${name} goes ${FARTHEST} pixels either way; “${quoted(text)}” is beyond. Try ${FARTHEST}.` };
}

const clamp = (x, least, most) => Math.min(Math.max(x, least), most);
/** One step on, to a multiple of it. */
const stepped = (x, by) => {
  const steps = x / BY;
  return rounded((by > 0 ? Math.floor(steps + 1e-9) + 1 : Math.ceil(steps - 1e-9) - 1) * BY, 10);
};
export const nudgedOffset = (x, by) => clamp(stepped(x, by), -FARTHEST, FARTHEST);
/** A point's new offset [down, right], moved by so much and kept in range. */
export const shifted = (moved, by) => moved.map((x, i) => clamp(rounded(x + by[i], 1e6), -FARTHEST, FARTHEST));
/** The offset of a point that is dragged to a place, which need not be on the steps; within the ring of zeros. */
export const dragged = (state, { from }, at) =>
  from.map((x, axis) => {
    const { from: least, to: most } = bounds(state);
    return rounded(clamp(at[axis] - x, least[axis] - x, most[axis] - 1 - x), 10);
  });

/** The offsets with those of point n replaced. */
export const withOffset = (state, n, moved) => state.offset.map((x, i) => (i >> 1 === n ? moved[i & 1] : x));

/** Null where the state can be computed; else a sentence with the broken rule. */
export function broken({ input, kernel, offset, mask }) {
  const [n, k, taps] = [shapeOf(input), shapeOf(kernel), kernel.flat().length];
  if (k.some((size, axis) => size > n[axis]))
    return `The kernel, ${k.join("×")}, is larger than the input, ${n.join("×")}.`;
  if (offset.length !== 2 * taps || mask.length !== taps)
    return `A kernel of ${k.join("×")} needs ${2 * taps} offsets and ${taps} numbers in the mask; there are ${offset.length} and ${mask.length}.`;
  if (offset.some((x) => Math.abs(x) > FARTHEST)) return `An offset goes ${FARTHEST} pixels either way.`;
  if (mask.some((x) => x < 0 || x > 1)) return "A mask lies between 0 and 1.";
  return null;
}

/** The window as PyTorch code that needs nothing but torch. */
export function deformablePytorch({ input, kernel, offset, mask, modulated, row, column }) {
  const [h, w] = shapeOf(input);
  const pairs = kernel.flat().map((_, n) => offset.slice(2 * n, 2 * n + 2));
  return [
    "import torch",
    "import torch.nn.functional as F",
    "",
    tensor("X", input),
    tensor("K", kernel),
    `${tensor("offset", pairs)}  # down and right, tap by tap`,
    ...(modulated ? [tensor("mask", mask)] : []),
    "",
    "P = F.pad(X, (1, 2, 1, 2))  # zeros around, so that every point has four pixels",
    "y = torch.zeros(1, 1, dtype=torch.float64)",
    "for n, weight in enumerate(K.flatten()):",
    `    r = (${row} + n // ${kernel[0].length} + offset[n, 0]).clamp(-1, ${h})`,
    `    c = (${column} + n % ${kernel[0].length} + offset[n, 1]).clamp(-1, ${w})`,
    "    i, j = int(r.floor()), int(c.floor())",
    "    v, h = r - i, c - j",
    "    (a, b), (c, d) = P[i + 1 : i + 3, j + 1 : j + 3]",
    "    read = (1 - v) * (1 - h) * a + (1 - v) * h * b + v * (1 - h) * c + v * h * d",
    `    y += weight * ${modulated ? "mask[n] * " : ""}read`,
    "print(y)",
    "",
  ].join("\n");
}
