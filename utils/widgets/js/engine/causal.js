// A stack of one-dimensional convolutions over time, as many outputs as samples: at once, or as the
// samples arrive. Level 0 is the input, level l what layer l makes; all layers have the same weights.

import { bracket, show } from "./numbers.js";
import { IMPORTS, literal } from "./snippet.js";

export const MOST_LAYERS = 5;
export const MOST_DILATION = 16;
export const [LEAST_KERNEL, MOST_KERNEL] = [2, 5];
const LONGEST = 32; // samples
export const PRESETS = [
  [1, 1, 1, 1],
  [1, 2, 4, 8],
  [1, 2, 4],
];

const total = (numbers) => numbers.reduce((sum, x) => sum + x, 0);
const joined = (numbers) => (numbers.length > 1 ? `(${numbers.join(" + ")})` : String(numbers[0]));
const several = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;
const outOf = (state, index) => index < 0 || index >= state.input.length;

/** Null, or the broken rule and a fix. */
export function brokenCausal({ kernel_size: k, dilations, input }) {
  if (!Number.isInteger(k) || k < LEAST_KERNEL || k > MOST_KERNEL)
    return `Kernel size must be a whole number from ${LEAST_KERNEL} to ${MOST_KERNEL}. Try ${LEAST_KERNEL}.`;
  if (dilations.length < 1 || dilations.length > MOST_LAYERS) return `There are 1 to ${MOST_LAYERS} layers here.`;
  const fits = (d) => Number.isInteger(d) && d >= 1 && d <= MOST_DILATION;
  if (!dilations.every(fits)) return `Dilation must be a whole number from 1 to ${MOST_DILATION}. Try 1.`;
  if (input.length < 1 || input.length > LONGEST) return `There are 1 to ${LONGEST} samples here.`;
  return null;
}

/** What each layer multiplies with, the oldest first: of two numbers it takes the difference. */
export const weightsOf = ({ kernel_size }) => Array.from({ length: kernel_size }, (_, j) => (j ? 1 : -1));

/** How many zeros a layer of this dilation reads before and after its input; what is odd comes after. */
export function paddingOf({ kernel_size, causal }, dilation) {
  const both = (kernel_size - 1) * dilation;
  const after = causal ? 0 : Math.ceil(both / 2);
  return { before: both - after, after };
}

/** How many samples each level lags behind the input. */
export function delaysOf(state) {
  const delays = [0];
  for (const d of state.dilations) delays.push(delays.at(-1) + paddingOf(state, d).after);
  return delays;
}
export const latencyOf = (state) => delaysOf(state).at(-1);

/** How many samples each level's units see. */
export const fieldsOf = ({ kernel_size, dilations }) =>
  [0, ...dilations].map((_, level) => 1 + (kernel_size - 1) * total(dilations.slice(0, level)));

/** One step for each sample; then zeros arrive, until the last output is there. */
export const stepsOf = (state) => state.input.length + latencyOf(state);

/** Which indices of the level below a unit reads, the oldest first. */
export function tapsOf(state, level, index) {
  const d = state.dilations[level - 1];
  const first = index - paddingOf(state, d).before;
  return Array.from({ length: state.kernel_size }, (_, j) => first + j * d);
}

/** All levels at once. */
export function whole(state) {
  const weights = weightsOf(state);
  const levels = [state.input];
  state.dilations.forEach((_, l) => {
    const below = levels[l];
    const unit = (index) => total(tapsOf(state, l + 1, index).map((t, j) => weights[j] * (below[t] ?? 0)));
    levels.push(below.map((_, index) => unit(index)));
  });
  return levels;
}

/**
 * What the levels hold after this step, where each layer keeps the last (k − 1)·d numbers that it was
 * given in a ring, and no other; and of each layer how many outputs the step has made: one or none.
 */
export function streamed(state, step) {
  const weights = weightsOf(state);
  const rings = state.dilations.map((d) => ({ d, numbers: Array((weights.length - 1) * d).fill(0), oldest: 0 }));
  const levels = [[], ...rings.map(() => [])];
  const delays = delaysOf(state);
  let made = [];
  for (let now = 0; now <= step; now++) {
    let number = state.input[now] ?? 0;
    if (!outOf(state, now)) levels[0].push(number);
    made = rings.map((ring, l) => {
      const { d, numbers, oldest } = ring;
      const read = weights.map((_, j) => numbers[(oldest + j * d) % numbers.length]);
      read[weights.length - 1] = number;
      numbers[oldest] = number;
      ring.oldest = (oldest + 1) % numbers.length;
      const out = outOf(state, now - delays[l + 1]);
      number = out ? 0 : total(read.map((x, j) => weights[j] * x)); // the next layer's padding, or its input
      if (!out) levels[l + 1].push(number);
      return out ? 0 : 1;
    });
  }
  return { levels, made };
}

/**
 * The newest unit after this step, [level, index]: of the output, or where it waits, of the last layer
 * that does not.
 * @returns {[number, number]}
 */
export function newest(state, step) {
  const delays = delaysOf(state);
  const level = delays.findLastIndex((delay) => delay <= step);
  return [level, Math.min(step - delays[level], state.input.length - 1)];
}

/** Of each level what its buffer holds as this step begins, while a layer above still needs it. */
export function held(state, step) {
  const delays = delaysOf(state);
  return delays.map((delay, level) => {
    const d = state.dilations[level];
    if (!d || step - delays[level + 1] >= state.input.length) return new Set();
    const count = (state.kernel_size - 1) * d;
    return new Set(Array.from({ length: count }, (_, i) => step - delay - 1 - i));
  });
}

/** What a unit reads, on each level from the input up to its own; padding reads nothing. */
export function tree(state, level, index) {
  const levels = state.dilations.map(() => new Set());
  levels.push(new Set());
  levels[level].add(index);
  for (let l = level; l > 0; l--)
    for (const unit of levels[l])
      if (!outOf(state, unit)) for (const tap of tapsOf(state, l, unit)) levels[l - 1].add(tap);
  return levels;
}

/** The lines of a tree down from a level: pairs [unit, index that it reads]. */
export const links = (state, seen, level) =>
  [...seen[level]].filter((unit) => !outOf(state, unit)).flatMap((u) => tapsOf(state, level, u).map((tap) => [u, tap]));

/** Whom an index of a level feeds, on each level above. */
export function feeds(state, level, index) {
  const levels = [...state.dilations, 0].map(() => new Set());
  levels[level].add(index);
  for (let l = level + 1; l < levels.length; l++)
    for (let unit = 0; unit < state.input.length; unit++)
      if (tapsOf(state, l, unit).some((tap) => levels[l - 1].has(tap))) levels[l].add(unit);
  return levels;
}

const nameOf = (state, level) =>
  level === 0 ? "Sample" : level === state.dilations.length ? "Output" : `Layer ${level} at`;
/** Which numbers they are: "3 to 5", "3, 7 and 11", or how many pieces where that is shorter. */
function span(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const begins = sorted.filter((n, i) => n - 1 !== sorted[i - 1]);
  const ends = sorted.filter((n, i) => n + 1 !== sorted[i + 1]);
  const pieces = begins.map((first, i) => (first === ends[i] ? `${first}` : `${first} to ${ends[i]}`));
  const listed = [pieces.slice(0, -1).join(", "), pieces.at(-1)].filter(Boolean).join(" and ");
  const counted = `${pieces.length} pieces from ${sorted[0]} to ${sorted.at(-1)}`;
  return listed.length > counted.length ? counted : listed;
}

/** What a unit sees, or a sample feeds, in words. */
export function pointedText(state, level, index) {
  const self = `${nameOf(state, level)} ${show(index)}`;
  if (outOf(state, index)) return `Padding of layer ${level + 1} at ${show(index)}: a zero`;
  if (!level) {
    const fed = [...feeds(state, 0, index).at(-1)];
    return fed.length ? `${self} feeds ${several(fed.length, "output")}, ${span(fed)}` : `${self} feeds no output`;
  }
  const read = [...tree(state, level, index)[0]].filter((i) => !outOf(state, i));
  if (!read.length) return `${self} sees no sample`;
  const ahead = read.filter((i) => i > index);
  return `${self} sees ${several(read.length, "sample")}, ${span(read)}; ${ahead.length || "none"} of the future`;
}

/** What arrives at a step, as what an output waits for. */
const awaited = (state, step) => (outOf(state, step) ? "the padding behind the last sample" : `sample ${step}`);

/** What the step brings: which sample, and which output. */
export function stepText(state, step) {
  const last = state.input.length - 1;
  const arrives = step <= last ? `Sample ${step} arrives` : "A padding zero arrives";
  const [level, index] = newest(state, step);
  if (level < state.dilations.length) return `${arrives}; output 0 waits for ${awaited(state, latencyOf(state))}`;
  return `${arrives}. ${pointedText(state, level, index)}`;
}

/** The sum that makes a unit, where it is made already. */
export function sumText(state, step, level, index) {
  const self = `${nameOf(state, level)} ${show(index)}`;
  if (outOf(state, index)) return "";
  const { levels } = streamed(state, step);
  if (levels[level].length <= index) {
    const waits = `${self} waits for ${awaited(state, index + delaysOf(state)[level])}`;
    return level ? waits : `${self} has not arrived`;
  }
  if (!level) return `${self} is ${show(levels[0][index])}`;
  const weights = weightsOf(state);
  const terms = tapsOf(state, level, index).map((t, j) => `${show(weights[j])}·${bracket(levels[level - 1][t] ?? 0)}`);
  return `${self}: ${terms.join(" + ")} = ${show(levels[level][index])}`;
}

/** The field's size and the latency, with the numbers of all layers. */
export function fieldText(state) {
  const { kernel_size: k, dilations } = state;
  const ahead = dilations.map((d) => paddingOf(state, d).after);
  const latency = ahead.length > 1 && !state.causal ? `${ahead.join(" + ")} = ${total(ahead)}` : `${total(ahead)}`;
  const field = `Field in samples: 1 + (${k} − 1)·${joined(dilations)} = ${fieldsOf(state).at(-1)}`;
  return `${field}. Latency in samples: ${latency}`;
}

/** The multiplications of this step, and of all outputs so far made anew. */
export function countText(state, step) {
  const { kernel_size: k } = state;
  const { levels, made } = streamed(state, step);
  const counts = levels.slice(1).map((level) => level.length);
  const own = total(made);
  const anew = `All so far anew: ${k}·${joined(counts)} = ${k * total(counts)}`;
  const all = whole(state);
  const alike = levels.every((level, l) => level.every((x, i) => x === all[l][i]));
  return `Multiplications of this step: ${k}·${own} = ${k * own}. ${anew}. The numbers ${alike ? "agree" : "differ"}`;
}

/** The stack as PyTorch. */
export function causalPytorch({ kernel_size: k, dilations, input, causal }) {
  const listed = dilations.length > 1 ? dilations.join(", ") : `${dilations[0]},`;
  const times = (n) => (n === 1 ? "d" : `${n} * d`);
  const padded = (pad) => [`    Y = F.conv1d(F.pad(Y, (${pad})), K, dilation=d)`];
  const evenly = [`    Y = F.conv1d(Y, K, padding=${times((k - 1) / 2)}, dilation=d)`];
  const oddly = [`    zeros = ${times(k - 1)}`, ...padded("zeros // 2, zeros - zeros // 2")];
  const centred = k % 2 ? evenly : oddly;
  return [
    ...IMPORTS,
    `Y = torch.tensor([[${literal(input)}]], dtype=torch.float64)  # batch, channel, time`,
    `K = torch.tensor([[${literal(weightsOf({ kernel_size: k }))}]], dtype=torch.float64)  # the oldest first`,
    `for d in (${listed}):`,
    ...(causal ? padded(`${times(k - 1)}, 0`) : centred),
    "print(Y[0, 0])",
    "",
  ].join("\n");
}

/** A step as a screen reader should hear it. */
export function spokenCausal(state, step) {
  const [level, index] = newest(state, step);
  const text = `${stepText(state, step)}. ${sumText(state, step, level, index)}`;
  return `Step ${step + 1} of ${stepsOf(state)}. ${text.replaceAll("−", "minus ").replaceAll("·", " times ")}`;
}
