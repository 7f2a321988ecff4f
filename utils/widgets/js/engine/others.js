// The numbers of one axis in the other operators: what they give, and which inputs give that.

import { effectiveKernelSize, outputSize } from "./shape.js";

const range = (from, to, unit = (x) => `${x}`) =>
  from === to ? unit(from) : `${unit(from)} ${to === from + 1 ? "or" : "to"} ${unit(to)}`;

/** The inputs that a convolution turns into `size`, from the least to the largest. */
export function inputsOf({ k, stride, padding, dilation }, size) {
  const least = (size - 1) * stride + effectiveKernelSize(k, dilation) - 2 * padding;
  return [Math.max(1, least), least + stride - 1];
}

/** The same for pooling with ceil_mode. */
export function pooledInputsOf({ k, stride, padding, dilation }, size) {
  const span = effectiveKernelSize(k, dilation);
  const most = (o) => Math.max((o - 1) * stride + span - 2 * padding, o * stride - padding);
  return [Math.max(1, most(size - 1) + 1), most(size)];
}

/** What a transposed convolution makes of `n`, from no output padding to the largest. */
export function transposedSizes({ n, k, stride, padding, dilation }) {
  const least = (n - 1) * stride - 2 * padding + effectiveKernelSize(k, dilation);
  return [least, least + Math.max(stride, dilation) - 1];
}

/** The input and the output padding from which a transposed convolution makes `n`. */
export function transposedInput({ n, k, stride, padding, dilation }) {
  const room = n + 2 * padding - effectiveKernelSize(k, dilation);
  return [Math.floor(room / stride) + 1, room % stride];
}

/** A sentence or two for each operator. */
export function others(state) {
  const { n, k, stride, padding, dilation } = state;
  const size = outputSize(n, k, stride, padding, dilation);
  const inputs = inputsOf(state, size);
  const said = [`Convolution: ${n} gives ${size}. Inputs that give it: ${range(...inputs)}.`];
  if (2 * padding <= k) {
    const up = outputSize(n, k, stride, padding, dilation, true);
    said.push(
      `Max pooling with ceil_mode: ${n} gives ${up}. Inputs that give it: ${range(...pooledInputsOf(state, up))}.`,
    );
  } else said.push("Max pooling: PyTorch refuses a padding of more than half the kernel size.");
  const [least, most] = transposedSizes(state);
  const [input, extra] = transposedInput(state);
  const [from, to] = [Math.max(least, 1), Math.max(most, 1)];
  const made =
    most < 1
      ? "the padding cuts everything off"
      : `${n} gives ${range(from, to)}, with output padding ${range(from - least, to - least)}`;
  said.push(`Transposed convolution: ${made}. To get ${n}: input ${input}, output padding ${extra}.`);
  const square = (x) => `${x}×${x}`;
  said.push(
    `Unfold of ${square(n)}: ${size * size} columns of ${k * k} numbers for each channel. ` +
      `Squares that fold makes of them: ${range(...inputs, square)}.`,
  );
  return said;
}
