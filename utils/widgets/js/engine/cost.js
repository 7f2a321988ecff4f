// What a convolution costs: numbers to learn, to multiply and to move, and the time of each on a
// machine. Named as the Python traits are. Every count is an exact whole number: a layer that would
// count past 2^53 is refused.

import { decimal, grouped, quoted } from "./numbers.js";
import { effectiveKernelSize, formula, outputSize, useSmaller } from "./shape.js";
import { pair } from "./snippet.js";

export const MOST = 100000;
export const SLOWEST = 0.001;
export const FASTEST = 1e7;

const layer = (in_channels, out_channels, k, n, stride, p, groups = 1) => ({
  in_channels,
  out_channels,
  kernel_size: [k, k],
  input_size: [n, n],
  stride: [stride, stride],
  padding: [p, p],
  dilation: [1, 1],
  groups,
});
/** @type {[name: string, settings: object, short: string][]} known layers */
export const LAYERS = [
  ["The course's layer, 5×5", layer(100, 100, 5, 64, 1, 2), "course 5×5"],
  ["LeNet, first, 5×5", layer(1, 6, 5, 28, 1, 2), "LeNet"],
  ["ResNet-50, first, 7×7", layer(3, 64, 7, 224, 2, 3), "ResNet 7×7"],
  ["ResNet-50, 3×3", layer(64, 64, 3, 56, 1, 1), "ResNet 3×3"],
  ["MobileNetV2, 1×1", layer(576, 96, 1, 14, 1, 0), "1×1"],
  ["MobileNetV2, depthwise 3×3", layer(576, 576, 3, 14, 1, 1, 576), "depthwise 3×3"],
  ["ConvNeXt, depthwise 7×7", layer(96, 96, 7, 56, 1, 3, 96), "depthwise 7×7"],
];
/** @type {[name: string, settings: object][]} */
export const MACHINES = [
  ["A CPU: 150 GFLOP/s, 25 GB/s", { compute: 150, bandwidth: 25 }],
  ["A GPU of 2017: 12 TFLOP/s, 480 GB/s", { compute: 12000, bandwidth: 480 }],
  ["A GPU of 2023: 67 TFLOP/s, 3,350 GB/s", { compute: 67000, bandwidth: 3350 }],
];

export const outputOf = ({ input_size: n, kernel_size: k, stride, padding, dilation }) =>
  [0, 1].map((a) => outputSize(n[a], k[a], stride[a], padding[a], dilation[a]));

/** The counts, the two times, and which of them is the longer. */
export function layerCost(state) {
  const { in_channels, out_channels, kernel_size, input_size, groups, batch, compute, bandwidth } = state;
  const output = outputOf(state);
  const parameters = out_channels * (in_channels / groups) * kernel_size[0] * kernel_size[1];
  const multiplyAdds = parameters * output[0] * output[1] * batch;
  const flops = 2 * multiplyAdds;
  const bytes = [
    batch * in_channels * input_size[0] * input_size[1],
    parameters,
    batch * out_channels * output[0] * output[1],
  ].map((count) => count * state.bytes_per_number);
  const moved = bytes[0] + bytes[1] + bytes[2];
  return {
    output,
    parameters,
    multiplyAdds,
    flops,
    bytes,
    moved,
    intensity: flops / moved,
    ridge: compute / bandwidth,
    secondsCompute: flops / (compute * 1e9),
    secondsMemory: moved / (bandwidth * 1e9),
    bound: flops * bandwidth >= moved * compute ? "compute" : "memory",
  };
}

/** Batches to slide through: each up to 16, then eight to every doubling. */
export const BATCHES = [1, 2, 3, 4, 5, 6, 7];
for (let by = 1; by <= 128; by *= 2) for (let i = 8; i < 16; i++) BATCHES.push(i * by);
const LARGEST_BATCH = BATCHES.at(-1);

/** The least and the largest intensity that these batches give a layer. */
export const reach = (state) => [1, LARGEST_BATCH].map((batch) => layerCost({ ...state, batch }).intensity);

/** The batch from 1 to the largest of BATCHES whose intensity is the nearest to this one. */
export function batchAt(state, intensity) {
  const one = layerCost({ ...state, batch: 1 });
  // intensity = N · flops / (weights + N · (input + output)), solved for N; past its limit no N will do
  const spare = one.flops - intensity * (one.bytes[0] + one.bytes[2]);
  const exact = spare > 0 ? (intensity * one.bytes[1]) / spare : LARGEST_BATCH;
  const off = (batch) => Math.abs(layerCost({ ...state, batch }).intensity - intensity);
  const [low, high] = [Math.floor(exact), Math.ceil(exact)].map((n) => Math.min(Math.max(n, 1), LARGEST_BATCH));
  return off(low) <= off(high) ? low : high;
}

const divisor = (a, b) => (b ? divisor(b, a % b) : a);

/** Null, or the broken rule and a fix. */
export function brokenCost(state) {
  const { in_channels, out_channels, groups, input_size: n, kernel_size: k, padding, dilation } = state;
  const { batch, stride, bytes_per_number } = state;
  const counts = [in_channels, out_channels, groups, batch, n, k, stride, dilation, bytes_per_number].flat();
  if (![...counts, ...padding.map((p) => p + 1)].every((count) => Number.isInteger(count) && count > 0))
    return "A layer is counted in whole numbers: channels, sizes and steps of 1 or more. Press Reset.";
  for (const rate of [state.compute, state.bandwidth])
    if (!(rate >= SLOWEST && rate <= FASTEST))
      return `A machine's rates go from ${SLOWEST} to ${grouped(FASTEST)}. Press Reset.`;
  for (const [count, word] of [
    [in_channels, "in"],
    [out_channels, "out"],
  ])
    if (count % groups)
      return (
        `Groups must divide both numbers of channels: ${groups} does not divide ${count} (${word}). ` +
        `Set Groups to ${divisor(divisor(in_channels, out_channels), groups)}, or use multiples of ${groups} channels.`
      );
  for (const a of [0, 1]) {
    const span = effectiveKernelSize(k[a], dilation[a]);
    const room = n[a] + 2 * padding[a];
    if (span > room)
      return (
        `The kernel spans ${span} ${a ? "columns" : "rows"} (${dilation[a]}·(${k[a]} − 1) + 1), but the padded ` +
        `input has only ${room} (${n[a]} + 2·${padding[a]}). ${useSmaller(dilation[a])}.`
      );
  }
  // Rounding only sets in beyond 2^53, and never brings a product back below it.
  const { flops, moved } = layerCost(state);
  if (!Number.isSafeInteger(flops) || !Number.isSafeInteger(moved))
    return "This layer counts past 2^53, about 9 million billion, where the page is no longer exact. Use fewer channels, a smaller batch or a smaller input.";
  return null;
}

/** A typed rate, such as 150, 0.5 or 3,350. Returns {value} or {error}. */
export function parseRate(text, { name, unit, example }) {
  const clean = text.trim();
  const value = decimal(/^\d{1,3}(,\d{3})+(\.\d*)?$/.test(clean) ? clean.replaceAll(",", "") : clean);
  if (value >= SLOWEST && value <= FASTEST) return { value };
  return {
    error:
      `${name} needs one number of ${unit}, from ${SLOWEST} to ${grouped(FASTEST)}; ` +
      `you typed ${clean === "" ? "nothing" : `“${quoted(clean)}”`}. Try ${example}.`,
  };
}

const rounded = (x, digits) => Number(x.toPrecision(digits));
const three = (x) => rounded(x, 3);
const scaled = (x, by) => three(x * by);
/** A rate as shown: one that was measured has more digits than mean something. */
export const rate = (x) => rounded(x, 6);

/** Three significant digits and a prefix: 1.02 G. */
export function short(x, unit = "") {
  let rest = three(x);
  let step = 0;
  for (; rest >= 1000 && step < 5; step++) rest = scaled(rest, 1 / 1000);
  return `${grouped(rest)} ${["", "k", "M", "G", "T", "P"][step]}${unit}`.trim();
}

/** Exactly, and in short: 1,024,000,000 (1.02 G). */
export const counted = (x, unit = "") => grouped(x) + (x < 1000 ? "" : ` (${short(x, unit)})`);

/** A time as one reads it: 13.7 ms. */
export function duration(seconds) {
  let rest = three(seconds);
  let step = 0;
  for (; rest < 1 && step < 6; step++) rest = scaled(rest, 1000);
  return `${grouped(rest)} ${["s", "ms", "µs", "ns", "ps", "fs", "as"][step]}`;
}

/** Four significant digits, for flop/byte. */
export const ratio = (x) => grouped(rounded(x, 4));

/** Every result as {name, symbols, text}: what it is, its formula, the formula with the numbers in. */
export function results(state) {
  const { in_channels, out_channels, kernel_size: k, input_size: n, groups, batch, bytes_per_number: b } = state;
  const cost = layerCost(state);
  const size = [0, 1].map((a) => formula(n[a], k[a], state.stride[a], state.padding[a], state.dilation[a]));
  const times = (...factors) => factors.join(" · ");
  const read = `(${in_channels} / ${groups})`;
  const row = (name, symbols, text) => ({ name, symbols, text });
  return [
    row(
      "Output size",
      "⌊(n + 2·p − d·(k − 1) − 1) / s⌋ + 1",
      size[0] === size[1] ? `Height and width ${size[0]}` : `Height ${size[0]}\nWidth ${size[1]}`,
    ),
    row(
      "Parameters, without bias",
      "c_o · (c_i / g) · k_h · k_w",
      `${times(out_channels, read, ...k)} = ${counted(cost.parameters)}`,
    ),
    row(
      "Multiply-adds",
      "N · c_o · o_h · o_w · (c_i / g) · k_h · k_w",
      `${times(batch, out_channels, ...cost.output, read, ...k)} = ${counted(cost.multiplyAdds)}`,
    ),
    row("Floating-point operations", "2 · multiply-adds", `2 · ${grouped(cost.multiplyAdds)} = ${counted(cost.flops)}`),
    row(
      "Bytes of the input",
      "b · N · c_i · n_h · n_w",
      `${times(b, batch, in_channels, ...n)} = ${counted(cost.bytes[0], "B")}`,
    ),
    row(
      "Bytes of the weights",
      "b · parameters",
      `${times(b, grouped(cost.parameters))} = ${counted(cost.bytes[1], "B")}`,
    ),
    row(
      "Bytes of the output",
      "b · N · c_o · o_h · o_w",
      `${times(b, batch, out_channels, ...cost.output)} = ${counted(cost.bytes[2], "B")}`,
    ),
    row(
      "Bytes moved, once each",
      "input + weights + output",
      `${cost.bytes.map(grouped).join(" + ")} = ${counted(cost.moved, "B")}`,
    ),
    row(
      "Arithmetic intensity",
      "operations / bytes moved",
      `${grouped(cost.flops)} / ${grouped(cost.moved)} = ${ratio(cost.intensity)} flop/byte`,
    ),
    row(
      "Time, arithmetic alone",
      "operations / compute",
      `${grouped(cost.flops)} flop / ${grouped(rate(state.compute))} GFLOP/s = ${duration(cost.secondsCompute)}`,
    ),
    row(
      "Time, memory alone",
      "bytes moved / bandwidth",
      `${grouped(cost.moved)} bytes / ${grouped(rate(state.bandwidth))} GB/s = ${duration(cost.secondsMemory)}`,
    ),
    row(
      "Ridge",
      "compute / bandwidth",
      `${grouped(rate(state.compute))} / ${grouped(rate(state.bandwidth))} = ${ratio(cost.ridge)} flop/byte`,
    ),
  ];
}

/** Which limit the layer meets, and why, in words: the first word is the answer. */
export function verdict(state) {
  const { intensity, ridge, bound, ...cost } = layerCost(state);
  const [arithmetic, memory] = [duration(cost.secondsCompute), duration(cost.secondsMemory)];
  const starts = `At ${ratio(intensity)} flop/byte the layer`;
  const ends = `the ridge, ${ratio(ridge)} flop/byte`;
  const used = "of the machine's arithmetic can be used.";
  if (bound === "memory")
    return (
      `Memory-bound: moving the numbers takes ${memory}, the arithmetic ${arithmetic}. ` +
      `${starts} falls short of ${ends}: at most ${grouped(three((100 * intensity) / ridge))}% ${used}`
    );
  return (
    `Compute-bound: the arithmetic takes ${arithmetic}, moving the numbers ${memory}. ` +
    `${starts} has reached ${ends}: all ${used}`
  );
}

/** The same counts by PyTorch. The meta device has shapes and no numbers: large layers take no time. */
export function costPytorch(state) {
  const { in_channels, out_channels, input_size, kernel_size, stride, padding, dilation, groups, batch } = state;
  return [
    "import torch",
    "from torch.utils.flop_counter import FlopCounterMode",
    "",
    "layer = torch.nn.Conv2d(",
    `    ${in_channels}, ${out_channels}, ${pair(kernel_size)}, stride=${pair(stride)}, padding=${pair(padding)},`,
    `    dilation=${pair(dilation)}, groups=${groups}, bias=False, device="meta",`,
    ")",
    `X = torch.empty(${batch}, ${in_channels}, ${input_size.join(", ")}, device="meta")  # shapes, no numbers`,
    "with FlopCounterMode(display=False) as counter:",
    "    Y = layer(X)",
    "parameters = layer.weight.numel()",
    "multiply_adds = counter.get_total_flops() // 2",
    `bytes_moved = ${state.bytes_per_number} * (X.numel() + parameters + Y.numel())`,
    "print(torch.tensor([parameters, multiply_adds, bytes_moved]))",
    "",
  ].join("\n");
}
