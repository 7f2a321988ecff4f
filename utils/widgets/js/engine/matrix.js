// A convolution as one matrix product, by unrolling the kernel or by unrolling the input. A
// configuration is that of the window, with `unroll` ("kernel" or "input") and `transposed`.

import { bracket, show } from "./numbers.js";
import { outputShape, shapeOf } from "./shape.js";
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
export const times = (matrix, vector) => matrix.map((row) => row.reduce((sum, x, i) => sum + x * vector[i], 0));

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

/** The column of the shown matrix that a forward output meets on its way back. */
export const placesOfForward = (config, held) => config.input.flat().map((_, p) => [p, held]);

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

/** What is multiplied for entry `at` of the result: [place in the matrix, entry there, entry of the factor]. */
export function terms(config, at) {
  const { matrix, factor } = product(config);
  return used(config, at).map((p) => {
    const place = isColumn(config) ? [at, p] : [p, at];
    return [place, matrix[place[0]][place[1]], factor[p]];
  });
}

/** The sum behind entry `at` of the result, written out. */
export function written(config, at) {
  const sum = terms(config, at).map(([, a, b], i) => `${i ? bracket(a) : show(a)}×${bracket(b)}`);
  return `${sum.join(" + ") || "0"} = ${show(product(config).result[at])}`;
}

/** The letters of matrix, factor and result; X, K and Y are the pictures that x, k and y unroll. */
export function letters(config) {
  if (config.unroll === "kernel") return config.transposed ? ["Mᵀ", "y", "z"] : ["M", "x", "y"];
  return config.transposed ? ["Uᵀ", "kᵀ", "yᵀ"] : ["U", "k", "y"];
}

const inside = ({ input }, [row, col]) => row >= 0 && col >= 0 && row < input.length && col < input[0].length;

/** The step that the reader points at, where `preview` is {where, cell}; null where at none. */
export function pointedStep(config, preview) {
  const { where, cell = [0, 0] } = preview ?? {};
  const [row, col] = cell;
  if (where === "result") return row + col;
  if (where === "output" || (where === "input" && goesBack(config) && inside(config, cell)))
    return row * product(config).shape[1] + col;
  if (where === "matrix") return isColumn(config) ? row : col;
  return null;
}

/** The part {where, cell, held} that the reader points at, `held` its place in the factor if it is there. */
export function pointedPart(config, preview) {
  if (!preview) return null;
  const { where, cell } = preview;
  const flat = goesBack(config) ? "forward" : config.unroll === "kernel" ? "input" : "kernel"; // the factor
  const across = flat === "forward" ? outputShape(config)[1] : config[flat][0].length;
  if (where === "vector") {
    const held = cell[0] + cell[1];
    return { where: flat, cell: [Math.floor(held / across), held % across], held };
  }
  if (where === flat && (flat !== "input" || inside(config, cell)))
    return { where, cell, held: cell[0] * across + cell[1] };
  return where === "kernel" || (where === "input" && !goesBack(config) && inside(config, cell)) ? preview : null;
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
    return (
      `${all} entries, ${all - fixed} of them from ${kernel.flat().length} weights, ${fixed} zeros by construction\n` +
      (transposed
        ? "y is the forward output, z what comes back, row after row"
        : "x is the input, y the output, row after row")
    );
  const layout = transposed ? ": the layout of torch's unfold" : "";
  return `${all} entries copied from ${input.flat().length} pixels${layout}\nk is the kernel, y the output, row after row`;
}

const counted = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;

/** What is pointed at: a weight, a pixel, a forward output, an entry of the matrix, or else step `at`. */
export function pointedText(config, at, { weight, pixel, forward, entry }) {
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
  if (forward) {
    const [row, col] = forward.cell;
    const reached = taps(config, row, col).filter((t) => !t.padded).length;
    return `Forward (${row}, ${col}) is column ${forward.held} of the matrix and goes back to ${counted(reached, "pixel")}`;
  }
  const [, width] = product(config).shape;
  const line =
    `${isColumn(config) ? "Row" : "Column"} ${at} of the matrix: ` +
    `${goesBack(config) ? "input pixel" : "output"} (${Math.floor(at / width)}, ${at % width})`;
  if (!entry) return line;
  const tap = tapOf(config, ...entry);
  if (!tap) return `${line}. Zero for any kernel: out of the window's reach`;
  return `${line}. This entry: weight (${tap.u}, ${tap.v}) at ${tap.padded ? "padding" : "pixel"} (${show(tap.row)}, ${show(tap.col)})`;
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
