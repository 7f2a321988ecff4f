// A convolution as one matrix product, by unrolling the kernel or by unrolling the input. A
// configuration is that of the window, with `unroll` ("kernel" or "input") and `transposed`.

import { bracket, show } from "./numbers.js";
import { shapeOf, outputShape } from "./shape.js";
import { IMPORTS, pair, tensor } from "./snippet.js";
import { affected, brokenRule, taps } from "./window.js";

/** One row for each output, one column for each input pixel: the doubly blocked Toeplitz matrix. */
export function kernelMatrix(config) {
  const [h, w] = shapeOf(config.input);
  const [oh, ow] = outputShape(config);
  return Array.from({ length: oh * ow }, (_, r) => {
    const row = new Array(h * w).fill(0);
    for (const t of taps(config, Math.floor(r / ow), r % ow))
      if (!t.padded) row[t.row * w + t.col] = config.kernel[t.u][t.v];
    return row;
  });
}

/** One row for each output, one column for each tap of the kernel: the unrolled input (im2col). */
export function inputMatrix(config) {
  const [oh, ow] = outputShape(config);
  return Array.from({ length: oh * ow }, (_, r) =>
    taps(config, Math.floor(r / ow), r % ow).map((t) => (t.padded ? 0 : config.input[t.row][t.col])),
  );
}

export const transpose = (matrix) => matrix[0].map((_, c) => matrix.map((row) => row[c]));
export const times = (matrix, vector) =>
  matrix.map((row) => row.reduce((sum, x, i) => sum + x * vector[i], 0));

/** Whether the product goes back from the convolution's outputs to input pixels. */
export const goesBack = ({ unroll, transposed }) => transposed && unroll === "kernel";

/** Whether the vector is a column to the right of the matrix; else it is a row to its left. */
export const isColumn = ({ unroll, transposed }) => !transposed || unroll === "kernel";

/**
 * The shown equation, matrix · factor = result, or factor · matrix = result where the vector is a
 * row. `forward` is the convolution's output, `shape` that of the result as a picture.
 */
export function product(config) {
  const { input, kernel, unroll, transposed } = config;
  const unrolled = kernelMatrix(config);
  const forward = times(unrolled, input.flat());
  const rows = unroll === "kernel" ? unrolled : inputMatrix(config);
  const matrix = transposed ? transpose(rows) : rows;
  const back = goesBack(config);
  const factor = back ? forward : (unroll === "kernel" ? input : kernel).flat();
  const result = back ? times(matrix, forward) : forward;
  return { matrix, factor, result, forward, shape: back ? shapeOf(input) : outputShape(config) };
}

/** The taps of output o, each with the column p of its entry in the matrix as it is, or null. */
function entries(config, o) {
  const [, w] = shapeOf(config.input);
  const [, ow] = outputShape(config);
  const column = (t, i) => (config.unroll === "input" ? i : t.padded ? null : t.row * w + t.col);
  return taps(config, Math.floor(o / ow), o % ow).map((t, i) => ({ ...t, p: column(t, i) }));
}

/** The tap behind entry (row, col) of the shown matrix; none where it is zero for any kernel. */
export function tapOf(config, row, col) {
  const [o, p] = config.transposed ? [col, row] : [row, col];
  return entries(config, o).find((t) => t.p === p);
}

const count = (config) => outputShape(config).reduce((a, b) => a * b);

/** Entries [row, col] of the shown matrix whose tap passes the test. */
function places(config, test) {
  const found = [];
  for (let o = 0; o < count(config); o++)
    for (const t of entries(config, o))
      if (t.p !== null && test(t)) found.push(config.transposed ? [t.p, o] : [o, t.p]);
  return found;
}

/** Where weight (u, v) stands in the shown matrix. */
export const placesOfWeight = (config, u, v) => places(config, (t) => t.u === u && t.v === v);

/** Where pixel (row, col) stands: its copies in the unrolled input, its column beside the kernel's. */
export function placesOfPixel(config, row, col) {
  if (config.unroll === "input") return places(config, (t) => t.row === row && t.col === col);
  const p = row * shapeOf(config.input)[1] + col;
  return Array.from({ length: count(config) }, (_, o) => (config.transposed ? [p, o] : [o, p]));
}

/** Entries of the shown matrix that are zero for any kernel, and not because a weight is. */
export function zeros(config) {
  if (config.unroll === "input") return [];
  const taken = new Set(places(config, () => true).map(String));
  const { matrix } = product(config);
  return matrix.flatMap((line, r) => line.map((_, c) => [r, c])).filter((at) => !taken.has(String(at)));
}

/** Indices of the factor's entries that step `at` multiplies, zeros by construction left out. */
export function used(config, at) {
  if (goesBack(config)) {
    const [[, w], [, ow]] = [shapeOf(config.input), outputShape(config)];
    return affected(config, Math.floor(at / w), at % w).map(([r, c]) => r * ow + c);
  }
  return entries(config, at).flatMap(({ p }) => (p === null ? [] : [p]));
}

/** The sum behind entry `at` of the result, written out. */
export function written(config, at) {
  const { matrix, factor, result } = product(config);
  const weight = (i) => (isColumn(config) ? matrix[at][i] : matrix[i][at]);
  const terms = used(config, at).map((p, i) => [(i ? bracket : show)(weight(p)), bracket(factor[p])].join("×"));
  return `${terms.join(" + ") || "0"} = ${show(result[at])}`;
}

export const MOST = 64;

/** Null, or the broken rule and a fix. */
export function brokenMatrix(config) {
  const broken = brokenRule(config);
  if (broken) return broken;
  const pixels = shapeOf(config.input).reduce((a, b) => a * b);
  if (Math.max(count(config), pixels) <= MOST) return null;
  return `The matrix would have more than ${MOST} rows or columns. Use less padding, or more stride.`;
}

/** What the shown matrix is made of. */
export function shapeText(config) {
  const { matrix } = product(config);
  const [all, fixed] = [matrix.length * matrix[0].length, zeros(config).length];
  const { input, kernel, unroll, transposed } = config;
  if (unroll === "kernel")
    return `${all} entries, ${all - fixed} of them from ${kernel.flat().length} weights, ${fixed} zeros by construction`;
  return `${all} entries copied from ${input.flat().length} pixels${transposed ? ": the layout of torch's unfold" : ""}`;
}

const counted = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;

/** What is pointed at: a weight, a pixel, an entry of the matrix, or else step `at`. */
export function pointedText(config, at, { weight, pixel, entry }) {
  if (weight)
    return `Weight (${weight.join(", ")}) stands in ${counted(placesOfWeight(config, ...weight).length, "place")} of the matrix`;
  if (pixel) {
    const [row, col] = pixel;
    const where =
      config.unroll === "kernel"
        ? `is column ${row * config.input[0].length + col} of the matrix`
        : `stands in ${counted(placesOfPixel(config, row, col).length, "place")} of the matrix`;
    return `Input (${row}, ${col}) ${where} and feeds ${counted(affected(config, row, col).length, "output")}`;
  }
  const [, width] = product(config).shape;
  const line =
    `${isColumn(config) ? "Row" : "Column"} ${at} of the matrix: ` +
    `${goesBack(config) ? "input pixel" : "output"} (${Math.floor(at / width)}, ${at % width})`;
  if (!entry) return line;
  const tap = tapOf(config, ...entry);
  if (!tap) return `${line}. This entry is zero for any kernel: the window does not reach the pixel`;
  return `${line}. This entry: weight (${tap.u}, ${tap.v}) at pixel (${tap.row}, ${tap.col})`;
}

export function matrixPytorch({ input, kernel, stride, padding }, transposed) {
  const settings = `stride=${pair(stride)}, padding=${pair(padding)}`;
  const lines = [
    ...IMPORTS,
    tensor("X", input),
    tensor("K", kernel),
    "pixels = torch.eye(X.numel(), dtype=torch.float64).reshape(-1, 1, *X.shape)",
    `M = F.conv2d(pixels, K[None, None], ${settings}).flatten(1).T`,
    "y = M @ X.flatten()",
    transposed
      ? "print((M.T @ y).reshape(X.shape))"
      : `print(y.reshape(F.conv2d(X[None, None], K[None, None], ${settings}).shape[2:]))`,
  ];
  return `${lines.join("\n")}\n`;
}
