// Sizes. Everything here is whole numbers, named as in utils/shapes.py.

export const effectiveKernelSize = (k, dilation) => dilation * (k - 1) + 1;
/** What to change where a window is too wide; a dilation of 1 can't be less. */
export const useSmaller = (dilation) => `Use a smaller kernel${dilation > 1 ? " or dilation" : ""}, or more padding`;

/** With `ceil` a last window may hang over the end, if it begins before it: as in PyTorch's pooling. */
export function outputSize(n, k, stride = 1, padding = 0, dilation = 1, ceil = false) {
  const places = (n + 2 * padding - effectiveKernelSize(k, dilation)) / stride;
  if (!ceil) return Math.floor(places) + 1;
  const size = Math.ceil(places) + 1;
  return (size - 1) * stride >= n + padding ? size - 1 : size;
}

/** @returns {[height: number, width: number]} of a matrix */
export const shapeOf = (matrix) => [matrix.length, matrix[0]?.length ?? 0];

export function outputShape({ input, kernel, stride, padding, dilation, ceilMode = false }) {
  const n = shapeOf(input);
  const k = shapeOf(kernel);
  return [0, 1].map((axis) => outputSize(n[axis], k[axis], stride[axis], padding[axis], dilation[axis], ceilMode));
}

/** How many rows and columns the last windows hang over the end of the padded input. */
export function overhang(config) {
  const { input, kernel, stride, padding, dilation } = config;
  const [n, k, out] = [shapeOf(input), shapeOf(kernel), outputShape(config)];
  return [0, 1].map((a) => {
    const end = (out[a] - 1) * stride[a] + effectiveKernelSize(k[a], dilation[a]);
    return Math.max(0, end - n[a] - 2 * padding[a]);
  });
}

/** Indices along one axis, padding included, that no window reads. */
export function unread(n, k, stride, padding, dilation, ceil) {
  const read = new Set();
  const size = outputSize(n, k, stride, padding, dilation, ceil);
  for (let o = 0; o < size; o++) for (let t = 0; t < k; t++) read.add(o * stride - padding + t * dilation);
  const missing = [];
  for (let i = -padding; i < n + padding; i++) if (!read.has(i)) missing.push(i);
  return missing;
}

/** The output-size formula with the numbers put in and the rounding shown. */
export function formula(n, k, stride, padding, dilation, ceil) {
  const size = outputSize(n, k, stride, padding, dilation, ceil);
  const top = n + 2 * padding - effectiveKernelSize(k, dilation);
  const exact = top / stride;
  const [open, close] = ceil ? "⌈⌉" : "⌊⌋";
  const less = ceil && size === Math.ceil(exact) ? " − 1" : ""; // the window that would begin behind the end
  const parts = [
    `(${n} + 2·${padding} − ${dilation}·(${k} − 1) − 1) / ${stride}`,
    `${top} / ${stride}`,
    `${+exact.toFixed(3)}`,
  ];
  const sides = parts.map((part) => `${open}${part.replace("-", "−")}${close} + 1${less}`);
  return `${sides.join(" = ")} = ${size}`;
}
