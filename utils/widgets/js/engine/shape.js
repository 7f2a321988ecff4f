// Sizes. Everything here is whole numbers, named as in utils/shapes.py.

export const effectiveKernelSize = (k, dilation) => dilation * (k - 1) + 1;

export const outputSize = (n, k, stride = 1, padding = 0, dilation = 1) =>
  Math.floor((n + 2 * padding - effectiveKernelSize(k, dilation)) / stride) + 1;

/** @returns {[height: number, width: number]} of a matrix */
export const shapeOf = (matrix) => [matrix.length, matrix[0]?.length ?? 0];

export function outputShape({ input, kernel, stride, padding, dilation }) {
  const n = shapeOf(input);
  const k = shapeOf(kernel);
  return [0, 1].map((axis) => outputSize(n[axis], k[axis], stride[axis], padding[axis], dilation[axis]));
}

/** Indices along one axis, padding included, that no window reads. */
export function unread(n, k, stride, padding, dilation) {
  const read = new Set();
  const size = outputSize(n, k, stride, padding, dilation);
  for (let o = 0; o < size; o++) for (let t = 0; t < k; t++) read.add(o * stride - padding + t * dilation);
  const missing = [];
  for (let i = -padding; i < n + padding; i++) if (!read.has(i)) missing.push(i);
  return missing;
}

/** The output-size formula with the numbers put in and the floor shown. */
export function formula(n, k, stride, padding, dilation) {
  const span = effectiveKernelSize(k, dilation);
  const top = n + 2 * padding - span;
  const exact = top / stride;
  const floor = Math.floor(exact);
  const shown = Number.isInteger(exact) ? `${exact}` : `${+exact.toFixed(3)}`;
  return (
    `⌊(${n} + 2·${padding} − ${dilation}·(${k} − 1) − 1) / ${stride}⌋ + 1` +
    ` = ⌊${top} / ${stride}⌋ + 1 = ⌊${shown}⌋ + 1 = ${floor + 1}`
  );
}
