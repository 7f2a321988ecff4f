// One axis: what its numbers mean, which columns of a long input are drawn, where outputs stand under
// their windows, and which settings give a wanted size.

import { effectiveKernelSize, outputSize, useSmaller } from "./shape.js";

export const WHOLE = 64; // as many positions are drawn, all of them
const ENDS = 32; // of more, at most so many at each end
const LEAST = 8;
export const GAP = 3; // what is left out is as wide as so many cells

/**
 * Columns to draw for an input with padding, or null where not even one window fits.
 *
 * Returns {columns, gap, left, at, outputs, out}: `columns` drawn; `gap`, the column that stands for
 * `left` positions, or −1; `at(position)`, its column or null; `outputs`, those whose windows are
 * drawn, −1 for those left out; `out`, how many these are.
 */
export function layout({ n, k, stride, padding, dilation }) {
  const span = effectiveKernelSize(k, dilation);
  const size = outputSize(n, k, stride, padding, dilation);
  const total = n + 2 * padding;
  const all = Array.from({ length: Math.min(size, total) }, (_, o) => o);
  if (total <= WHOLE) return { columns: total, gap: -1, left: 0, at: (i) => i + padding, outputs: all, out: 0 };
  const end = Math.max(LEAST, padding + 4, span + stride);
  if (end > ENDS) return null;
  const left = total - 2 * end;
  const at = (i) => {
    const column = i + padding;
    if (column < end) return column;
    return column < total - end ? null : column - left + 1;
  };
  const last = Math.floor((end - span) / stride); // window that ends before the gap
  const first = Math.ceil((total - end) / stride); // and that begins behind it
  const range = (from, to) => Array.from({ length: Math.max(0, to - from) }, (_, o) => from + o);
  const [before, behind] = [range(0, last + 1), range(first, size)];
  const out = size - before.length - behind.length;
  return { columns: 2 * end + 1, gap: end, left, at, outputs: [...before, -1, ...behind], out };
}

/** Where column `column` begins, in cells: the gap is wider than one. */
export const offset = ({ gap }, column) => column + (gap >= 0 && column > gap ? GAP - 1 : 0);

/**
 * Settings that give `wanted` outputs: [{padding, least, most}], strides `least` to `most`, for each
 * padding that is smaller than the window (with more, windows would read padding alone).
 */
export function settingsFor({ n, k, dilation }, wanted) {
  const span = effectiveKernelSize(k, dilation);
  const found = [];
  for (let padding = 0; padding < span; padding++) {
    const room = n + 2 * padding - span;
    if (room < 0) continue;
    const least = Math.floor(room / wanted) + 1;
    const most = wanted === 1 ? least : Math.floor(room / (wanted - 1));
    if (least <= most) found.push({ padding, least, most });
  }
  return found;
}

/** Null, or the broken rule and a fix. */
export function broken({ n, k, padding, dilation }) {
  const span = effectiveKernelSize(k, dilation);
  if (span <= n + 2 * padding) return null;
  return (
    `The window spans ${span} (${dilation}·(${k} − 1) + 1), but the padded input has only ` +
    `${n + 2 * padding} (${n} + 2·${padding}). ${useSmaller(dilation)}.`
  );
}

/** What the numbers mean, in a few words. */
export function remarks({ n, k, stride, padding, dilation }) {
  const span = effectiveKernelSize(k, dilation);
  const size = outputSize(n, k, stride, padding, dilation);
  const lost = n + 2 * padding - span - (size - 1) * stride;
  const said = [];
  if (span !== k) said.push(`The kernel spans ${span}.`);
  if (size === n) said.push("The size stays as it is.");
  else if (size * 2 === n) said.push("The size halves exactly.");
  if (stride === 1 && size !== n)
    said.push(
      span % 2
        ? `Padding ${(span - 1) / 2} would keep the size.`
        : "No equal padding on both sides keeps the size: the span is even.",
    );
  if (lost > 0) said.push(`The last ${lost === 1 ? "position is" : `${lost} positions are`} never read.`);
  return said.join(" ");
}

/** The same layer in one line of PyTorch. */
export const pytorch = ({ n, k, stride, padding, dilation }) =>
  "import torch\n\n" +
  `layer = torch.nn.Conv1d(1, 1, ${k}, stride=${stride}, padding=${padding}, dilation=${dilation})\n` +
  `print(layer(torch.zeros(1, 1, ${n})).shape[-1])\n`;
