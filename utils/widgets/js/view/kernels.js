// Kernels that have names, and kernels that change size.

const fill = (kh, kw, weight) =>
  Array.from({ length: kh }, (_, u) => Array.from({ length: kw }, (_, v) => weight(u, v)));
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/**
 * The first that fits names a kernel.
 * @type {[name: string, make: (height: number, width: number) => number[][]][]}
 */
export const PRESETS = [
  ["Identity", (kh, kw) => fill(kh, kw, (u, v) => Number(u === (kh - 1) >> 1 && v === (kw - 1) >> 1))],
  ["Mean", (kh, kw) => fill(kh, kw, () => 1 / (kh * kw))],
  ["Ones", (kh, kw) => fill(kh, kw, () => 1)],
  ["Vertical edge", (kh, kw) => fill(kh, kw, (_, v) => Number(v === 0) - Number(v === kw - 1))],
  ["Horizontal edge", (kh, kw) => fill(kh, kw, (u) => Number(u === 0) - Number(u === kh - 1))],
];

export const presetOf = (kernel) =>
  PRESETS.find(([, make]) => same(make(kernel.length, kernel[0].length), kernel))?.[0] ?? "Custom";

/** The matrix cut or grown to [height, width]; `memory` keeps what is cut and fills what grows. */
export function resized(matrix, [height, width], memory) {
  matrix.forEach((row, u) => row.forEach((value, v) => memory.set(`${u},${v}`, value)));
  return fill(height, width, (u, v) => matrix[u]?.[v] ?? memory.get(`${u},${v}`) ?? 0);
}
