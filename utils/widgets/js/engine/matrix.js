// A convolution as one matrix product, by unrolling the kernel or by unrolling the input.

import { shapeOf, outputShape } from "./shape.js";
import { IMPORTS, pair, tensor } from "./snippet.js";
import { taps } from "./window.js";

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
