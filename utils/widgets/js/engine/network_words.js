// What the page says of the small network: names, equations, code.

import * as net from "./network.js";
import { bracket, rounded, show } from "./numbers.js";

const { LEVELS, LAST } = net;
export const LARGEST = 5; // maps that a score's sum names, the others being added up

const clean = (x) => rounded(x, 1e9); // nothing that floating point adds
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
  const windows = channels.map((channel) => net.read(levels, level, unit, channel).map((x) => clean(x / below.per)));
  const kernels = pool
    ? []
    : channels.map((channel) =>
        Array.from({ length: net.TAPS }, (_, tap) => net.weight(level, map, channel, tap) / 100),
      );
  const partials = pool ? [] : net.partials(levels, level, unit).map((x) => clean(x / LEVELS[level].per));
  const bias = pool ? 0 : net.bias(level, map) / 100;
  const sum = clean(partials.reduce((a, b) => a + b, bias));
  return { map, row, col, windows, kernels, partials, bias, sum, value: clean(net.numberOf(levels, level, unit)) };
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
export function meaning(at, { partials }) {
  if (at.pool) return "The largest of four";
  if (at.product >= 0) return `Number × weight ${tapName(at.product)}`;
  if (at.channel >= 0) return "Nine products, added up";
  if (at.level < LAST) return partials.length > 1 ? "Bias, then one sum a channel" : "Bias, then the window’s sum";
  const few = largest(partials).slice(0, LARGEST);
  return `Bias, maps ${few.map(([channel]) => channel).join(", ")}, the other ${partials.length - LARGEST}`;
}

export const tapName = (tap) => `(${Math.floor(tap / 3)}, ${tap % 3})`;

/** What follows from it. */
export function consequence(levels, at, told) {
  if (at.product >= 0) {
    const { top, left } = net.windowOf(at.level, at.unit);
    const [row, col] = [top + Math.floor(at.product / 3), left + (at.product % 3)];
    const { size, name } = LEVELS[at.level - 1];
    const inside = Math.min(row, col) >= 0 && Math.max(row, col) < size;
    return inside ? `The number stands at (${row}, ${col}) of ${name}` : "The number is padding, a zero";
  }
  const many = told.partials.length;
  if (at.channel >= 0)
    return many > 1 ? `One of ${many} parts of the unit’s sum` : "With the bias it is the unit’s sum";
  if (at.pool) {
    const tap = told.windows[0].indexOf(told.value); // the first, of several
    return `It stands at (${2 * told.row + (tap >> 1)}, ${2 * told.col + (tap % 2)}) of map ${told.map}`;
  }
  if (at.level < LAST) return equal(`ReLU: max(${show(told.sum)}, 0)`, told.sum, told.value);
  return `This score makes ${percent(net.shares(levels)[told.map])} of the answer`;
}

/** One part of the opened unit's sum. */
export const partText = (at, { partials }, channel) =>
  `${at.level === LAST ? "Map" : "Channel"} ${channel} adds ${show(partials[channel])}`;

/** What is pointed at. */
export function pointed(levels, level, unit) {
  const value = show(clean(net.numberOf(levels, level, unit)));
  const [map, row, col] = net.place(level, unit);
  if (!level) return `Picture (${row}, ${col}): ${value}, and all that it can reach`;
  if (level === LAST) return `Digit ${map}: score ${value}, ${percent(net.shares(levels)[map])} of the answer`;
  const of = LEVELS[level - 1].maps === 1 ? "the picture" : "8 maps";
  return `Map ${map} (${row}, ${col}): ${value}, from ${LEVELS[level].kind === "pool" ? "2×2 of one map" : `3×3 of ${of}`}`;
}

/**
 * Where the frames stand: of each level and map, [what a unit reads], the unit, and what a number of the
 * picture can reach. Of the picture, all that the unit sees through the layers between.
 */
export function frames(level, unit, only = null) {
  const [map, row, col] = net.place(level, unit);
  const { kind } = LEVELS[level];
  const fed = level ? [] : reached(row, col);
  const window = level ? net.windowOf(level, unit) : null;
  const field = level > 1 ? fieldOf(level, unit) : window;
  const reads = (channel) => (kind === "pool" ? channel === map : only === null || channel === only);
  return {
    seen: (own, channel) => (level && !own ? field : level > 1 && own === level - 1 && reads(channel) ? window : null),
    unit: (own, channel) => (own === level && channel === map ? { top: row, left: col, side: 1 } : null),
    fed: (own) => fed[own] ?? null,
    digit: level === LAST ? [map] : [],
  };
}

/** The square of the picture that a unit sees. */
function fieldOf(level, unit) {
  const { top, left, side } = net.windowOf(level, unit);
  const ends = [top, top + side - 1, left, left + side - 1];
  for (let below = level - 1; below > 0; below--)
    ends.forEach((at, i) => {
      const last = i % 2;
      ends[i] = LEVELS[below].kind === "pool" ? 2 * at + last : at - 1 + 2 * last;
    });
  const [first, end, start, stop] = ends.map((at) => Math.min(Math.max(at, 0), net.SIDE - 1));
  return { top: first, left: start, side: end - first + 1, wide: stop - start + 1 };
}

/** What a number of the picture can change, level by level. */
function reached(row, col) {
  let ends = [row, row, col, col];
  return LEVELS.map(({ kind, size }, level) => {
    if (level) ends = ends.map((at, i) => (kind === "pool" ? at >> 1 : at - 1 + 2 * (i % 2)));
    ends = ends.map((at) => Math.min(Math.max(at, 0), size - 1));
    const [top, bottom, left, right] = ends;
    return level && kind !== "dense" ? { top, left, side: bottom - top + 1, wide: right - left + 1 } : null;
  });
}

const STEPS = [
  "The picture: 144 numbers from 0 to 1",
  "8 kernels of 3×3, then ReLU",
  "Of each 2×2 the largest: 6×6",
  "16 kernels of 8×3×3, then ReLU",
  "Of each 2×2 the largest: 3×3",
];
/** What the last level shown does. */
export function stepText(levels, step) {
  if (step < LAST) return STEPS[step];
  if (!levels[0].some(Boolean)) return "No ink: this answer is made of biases alone";
  const digit = net.answer(levels);
  return `The network reads ${digit}: ${percent(net.shares(levels)[digit])} of the answer`;
}

/** The same in few words. */
export function readText(levels) {
  const digit = net.answer(levels);
  return `read as ${digit}: ${percent(net.shares(levels)[digit])}`;
}

/** What the last change of the picture did to a level. */
export const movedText = (share) => `${Math.round(100 * share)}% changed`;

/** The same as PyTorch code that needs nothing but torch, and prints the shares. */
export const networkPytorch = (state) =>
  [
    "import base64",
    "import torch",
    "from torch import nn",
    "",
    `picture = "${net.seen(state)}"  # tenths, A for ten`,
    `packed = "${net.PACKED}"  # hundredths`,
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
