// What the page says of the small network: names, equations, code.

import * as net from "./network.js";
import { bracket, show } from "./numbers.js";

const { LEVELS, LAST } = net;
export const LARGEST = 5; // maps that a score's sum names, the others being added up

const clean = (x) => Math.round(x * 1e9) / 1e9 || 0; // no −0, nothing that floating point adds
const exact = (x) => Math.abs(Number(show(x).replace("−", "-")) - x) < 1e-9;
const equal = (left, ...numbers) => `${left} ${numbers.every(exact) ? "=" : "≈"} ${show(numbers.at(-1))}`;
const signed = (x) => `${x < 0 ? "−" : "+"} ${show(Math.abs(x))}`;
export const percent = (x) => `${(100 * x).toFixed(1)}%`;

/** The opened unit: its level, and what of its sum is shown. */
export function opened({ layer, unit, channel, product }) {
  const within = (x, count) => Math.min(Math.max(Math.round(x), 0), count - 1);
  const level = within(layer, LAST) + 1;
  const pool = LEVELS[level].kind === "pool";
  const one = within(channel, pool ? 1 : LEVELS[level - 1].maps + 1);
  return {
    level,
    unit: within(unit, net.countOf(level)),
    channel: one - 1, // −1: all of them
    product: within(product, one ? net.TAPS + 1 : 1) - 1, // −1: all nine
    pool,
  };
}

/** The numbers of an opened unit: those of its windows and kernels by channel, partial sums, bias. */
export function inside(levels, { level, unit, pool }) {
  const [map, row, col] = net.place(level, unit);
  const below = LEVELS[level - 1];
  const channels = pool ? [map] : Array.from({ length: below.maps }, (_, channel) => channel);
  const windows = channels.map((channel) =>
    net.read(levels, level, unit, channel).map((x) => clean(x / below.per)),
  );
  const kernels = pool
    ? []
    : channels.map((channel) =>
        Array.from({ length: net.TAPS }, (_, tap) => net.weight(level, map, channel, tap) / 100),
      );
  const partials = pool ? [] : net.partials(levels, level, unit).map((x) => clean(x / LEVELS[level].per));
  const bias = pool ? 0 : net.bias(level, map) / 100;
  const sum = clean(partials.reduce((a, b) => a + b, bias));
  return { map, row, col, windows, kernels, partials, bias, sum, value: clean(net.valueOf(levels, level, unit)) };
}

/** A unit's name within its level. */
export function unitName(level, unit) {
  const [map, row, col] = net.place(level, unit);
  if (level === LAST) return `digit ${map}`;
  return level ? `map ${map} (${row}, ${col})` : `(${row}, ${col})`;
}

/** The equation of what is opened. */
export function equation(at, told) {
  const { windows, kernels, partials, bias, sum } = told;
  if (at.pool) return equal(`max(${windows[0].map(show).join(", ")})`, ...windows[0], Math.max(...windows[0]));
  if (at.channel >= 0) {
    const [X, K] = [windows[at.channel], kernels[at.channel]];
    const term = (tap) => `${bracket(X[tap])}×${bracket(K[tap])}`;
    if (at.product >= 0) return equal(term(at.product), X[at.product], clean(X[at.product] * K[at.product]));
    return equal(X.map((_, tap) => term(tap)).join(" + "), ...X, partials[at.channel]);
  }
  const parts = at.level === LAST ? largest(partials).map(([, x]) => x) : partials;
  return equal([show(bias), ...parts.map(signed)].join(" "), ...parts, sum);
}

/** [channel, part] of the largest parts of a score, then [null, the sum of the others]. */
export function largest(partials) {
  const order = partials.map((x, channel) => [channel, x]).sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]));
  const rest = order.slice(LARGEST).reduce((sum, [, x]) => sum + x, 0);
  return [...order.slice(0, LARGEST), [null, clean(rest)]];
}

/** What the numbers of that equation are. */
export function meaning(at, told) {
  const where = `${LEVELS[at.level].name}, ${unitName(at.level, at.unit)}`;
  if (at.pool) return `${where}: the largest of four`;
  if (at.product >= 0) return `${where}, channel ${at.channel}: number × weight ${tapName(at.product)}`;
  if (at.channel >= 0) return `${where}, channel ${at.channel}: nine products, added up`;
  if (at.level < LAST)
    return told.partials.length > 1 ? `${where}: bias, then one sum a channel` : `${where}: bias, then the window’s sum`;
  const few = largest(told.partials).slice(0, LARGEST);
  return `${where}: bias, then maps ${few.map(([channel]) => channel).join(", ")}, then the other ${told.partials.length - LARGEST}`;
}

export const tapName = (tap) => `(${Math.floor(tap / 3)}, ${tap % 3})`;

/** What follows from it. */
export function consequence(levels, at, told) {
  if (at.product >= 0) {
    const { top, left } = net.windowOf(at.level, at.unit);
    const [row, col] = [top + Math.floor(at.product / 3), left + (at.product % 3)];
    const { size, name } = LEVELS[at.level - 1];
    const inside = Math.min(row, col) >= 0 && Math.max(row, col) < size;
    return inside ? `The number stands at (${row}, ${col}) there: ${name}` : "The number is padding, a zero";
  }
  if (at.channel >= 0) return `One of ${told.partials.length} parts of the unit’s sum`;
  if (at.pool) {
    const tap = told.windows[0].indexOf(told.value);
    return `The first of the largest stands at (${2 * told.row + (tap >> 1)}, ${2 * told.col + (tap % 2)}) of map ${told.map}`;
  }
  if (at.level < LAST) return equal(`ReLU: max(${show(told.sum)}, 0)`, told.sum, told.value);
  return `This score makes ${percent(net.shares(levels)[told.map])} of the answer`;
}

/** What is pointed at. */
export function pointed(levels, level, unit) {
  const value = show(clean(net.valueOf(levels, level, unit)));
  const [map, row, col] = net.place(level, unit);
  if (!level) return `Picture (${row}, ${col}): ${value}. Marked above: all that it can reach`;
  if (level === LAST) return `Digit ${map}: score ${value}, ${percent(net.shares(levels)[map])} of the answer`;
  const { kind } = LEVELS[level];
  const reads = kind === "pool" ? "reads four numbers of one map" : `reads 3×3 of ${LEVELS[level - 1].maps === 1 ? "the picture" : "all 8 maps"}`;
  return `${LEVELS[level].name}, map ${map} (${row}, ${col}): ${value}; ${reads}`;
}

const STEPS = [
  "The picture: 144 numbers from 0 to 1",
  "8 kernels of 3×3 pass over the picture; ReLU keeps what is above 0",
  "Of each 2×2 the largest stays: 6×6",
  "16 kernels of 8×3×3 pass over the 8 maps; ReLU keeps what is above 0",
  "Of each 2×2 the largest stays: 3×3",
];
/** What the last level shown does. */
export function stepText(levels, step) {
  if (step < LAST) return STEPS[step];
  if (!levels[0].some(Boolean)) return "No ink: this answer comes from the biases alone";
  const digit = net.answer(levels);
  return `Ten scores, as shares: the network reads ${digit}, with ${percent(net.shares(levels)[digit])}`;
}

/** What the last change of the picture did to a level. */
export const movedText = (share) => `${Math.round(100 * share)}% changed`;

/** The same as PyTorch code that needs nothing but torch, and prints the shares. */
export const networkPytorch = (state, packed) =>
  [
    "import base64",
    "import torch",
    "from torch import nn",
    "",
    `picture = "${net.seen(state)}"  # tenths, A for ten`,
    `packed = "${packed}"  # hundredths`,
    "",
    "X = torch.tensor([int(c, 11) for c in picture]).double().view(1, 1, 12, 12) / 10",
    "model = nn.Sequential(",
    "    nn.Conv2d(1, 8, kernel_size=3, padding=1), nn.ReLU(), nn.MaxPool2d(2),",
    "    nn.Conv2d(8, 16, kernel_size=3, padding=1), nn.ReLU(), nn.MaxPool2d(2),",
    "    nn.Flatten(), nn.Linear(144, 10),",
    ").double()",
    "weights = torch.frombuffer(bytearray(base64.b64decode(packed)), dtype=torch.int8)",
    "nn.utils.vector_to_parameters(weights.double() / 100, model.parameters())",
    "with torch.no_grad():",
    "    print(model(X).softmax(1)[0])",
    "",
  ].join("\n");
