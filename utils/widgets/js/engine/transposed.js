// The transposed convolution, twice: by stamping the kernel, and by inserting zeros and sliding the
// kernel turned by 180 degrees. Pure functions of
//   { input, kernel, stride, padding, outputPadding }
// `seen` limits both to the first so many inputs, so that they can be compared step by step.

import { outputSize, shapeOf } from "./shape.js";
import { IMPORTS, pair, tensor } from "./snippet.js";

export const transposedSize = (n, k, stride, padding, outputPadding) =>
  (n - 1) * stride - 2 * padding + k + outputPadding;

export function transposedShape({ input, kernel, stride, padding, outputPadding }) {
  const [n, k] = [shapeOf(input), shapeOf(kernel)];
  return [0, 1].map((a) => transposedSize(n[a], k[a], stride[a], padding[a], outputPadding[a]));
}

/** Output cells that input (i, j) stamps, with the weight of each; cropped ones lie outside. */
export function stamp(config, i, j) {
  const { kernel, stride, padding } = config;
  const [oh, ow] = transposedShape(config);
  return kernel.flatMap((line, u) =>
    line.map((weight, v) => {
      const row = i * stride[0] + u - padding[0];
      const col = j * stride[1] + v - padding[1];
      return { u, v, row, col, weight, cropped: row < 0 || col < 0 || row >= oh || col >= ow };
    }),
  );
}

/** Inputs [i, j] whose stamp covers output (row, col). */
export function stampedBy(config, row, col) {
  const found = [];
  config.input.forEach((line, i) =>
    line.forEach((_, j) => {
      for (const t of stamp(config, i, j)) if (t.row === row && t.col === col) found.push([i, j, t.weight]);
    }),
  );
  return found;
}

/** The sum of the first `seen` stamps, cropped cells included, as a Map "row,col" → value. */
export function stamped(config, seen = Infinity, part = (x, weight) => x * weight) {
  const sums = new Map();
  const width = shapeOf(config.input)[1];
  config.input.forEach((line, i) =>
    line.forEach((x, j) => {
      if (i * width + j >= seen) return;
      for (const { row, col, weight } of stamp(config, i, j)) {
        const key = `${row},${col}`;
        sums.set(key, (sums.get(key) ?? 0) + part(x, weight));
      }
    }),
  );
  return sums;
}

/** How many of the first `seen` stamps lie on a cell, as a Map. */
export const covers = (config, seen) => stamped(config, seen, () => 1);

export function byStamping(config, seen) {
  const [oh, ow] = transposedShape(config);
  const sums = stamped(config, seen);
  return Array.from({ length: oh }, (_, r) => Array.from({ length: ow }, (_, c) => sums.get(`${r},${c}`) ?? 0));
}

/**
 * The input with stride − 1 zeros between neighbours, k − 1 − padding around and outputPadding more
 * at the far end: {rows, kinds}, where a kind is "input", "gap" or "border". Negative borders crop.
 */
export function stretched({ input, kernel, stride, padding, outputPadding }, seen = Infinity) {
  const [n, k] = [shapeOf(input), shapeOf(kernel)];
  const before = [0, 1].map((a) => k[a] - 1 - padding[a]);
  const size = [0, 1].map((a) => (n[a] - 1) * stride[a] + 1 + 2 * before[a] + outputPadding[a]);
  const at = (r, c) => {
    const [y, x] = [r - before[0], c - before[1]];
    const inside = y >= 0 && x >= 0 && y <= (n[0] - 1) * stride[0] && x <= (n[1] - 1) * stride[1];
    if (!inside) return { kind: "border", value: 0 };
    if (y % stride[0] || x % stride[1]) return { kind: "gap", value: 0 };
    const [i, j] = [y / stride[0], x / stride[1]];
    return { kind: "input", value: i * n[1] + j < seen ? input[i][j] : 0, i, j };
  };
  return Array.from({ length: size[0] }, (_, r) => Array.from({ length: size[1] }, (_, c) => at(r, c)));
}

export const turned = (kernel) => kernel.map((row) => row.slice().reverse()).reverse();

export function byZeroInsertion(config, seen) {
  const cells = stretched(config, seen);
  const weights = turned(config.kernel);
  const [oh, ow] = transposedShape(config);
  return Array.from({ length: oh }, (_, r) =>
    Array.from({ length: ow }, (_, c) =>
      weights.reduce((sum, line, u) => line.reduce((s, weight, v) => s + weight * cells[r + u][c + v].value, sum), 0),
    ),
  );
}

/**
 * Multiplications of either way when `seen` inputs are stamped: {stamped} so far, {slid} by all windows,
 * and how many of these have {met} an input; the others meet a zero that was put there.
 */
export function multiplications(config, seen) {
  const each = shapeOf(config.kernel).reduce((a, b) => a * b);
  const [oh, ow] = transposedShape(config);
  const width = shapeOf(config.input)[1];
  let met = 0;
  for (let at = 0; at < seen; at++)
    met += stamp(config, Math.floor(at / width), at % width).filter((t) => !t.cropped).length;
  return { each, stamped: seen * each, windows: oh * ow, slid: oh * ow * each, met };
}

/** The direct convolution whose shapes this one undoes, and what its stride forgets. */
export function undoes(config) {
  const { input, kernel, stride, padding } = config;
  const [n, k] = [shapeOf(input), shapeOf(kernel)];
  const sizes = [0, 1].map((a) => {
    const least = transposedSize(n[a], k[a], stride[a], padding[a], 0);
    return Array.from({ length: stride[a] }, (_, extra) => least + extra).filter(
      (size) => size > 0 && outputSize(size, k[a], stride[a], padding[a]) === n[a],
    );
  });
  const told = sizes.map((s, a) => `${s.join(", ")} ${a ? "columns" : "rows"} to ${n[a]}`).join("; ");
  const forgets = sizes.some((s) => s.length > 1);
  const takes = forgets ? `${told}: output padding chooses` : `${transposedShape(config).join("×")} to ${n.join("×")}`;
  return `It undoes the shape of the convolution that takes ${takes}`;
}

/** Null, or the broken rule and a fix. */
export function brokenTransposed(config) {
  const { stride, outputPadding } = config;
  const shape = transposedShape(config);
  for (const axis of [0, 1]) {
    if (outputPadding[axis] >= stride[axis])
      return (
        `Output padding must be smaller than the stride: ${outputPadding[axis]} is not less than ` +
        `${stride[axis]}. Set Output padding to ${stride[axis] - 1} or less, or raise Stride.`
      );
    if (shape[axis] < 1)
      return (
        `Padding crops ${2 * config.padding[axis]} of the ${shape[axis] + 2 * config.padding[axis]} ` +
        `${axis ? "columns" : "rows"} and leaves nothing. Set Padding to ` +
        `${Math.max(0, Math.floor((shape[axis] + 2 * config.padding[axis] - 1) / 2))} or less.`
      );
  }
  return null;
}

export const transposedPytorch = ({ input, kernel, stride, padding, outputPadding }) =>
  [
    ...IMPORTS,
    tensor("X", input),
    tensor("K", kernel),
    `Y = F.conv_transpose2d(X[None, None], K[None, None], stride=${pair(stride)}, ` +
      `padding=${pair(padding)}, output_padding=${pair(outputPadding)})`,
    "print(Y[0, 0])",
    "",
  ].join("\n");
