// A stack of layers along one axis: what a unit of it sees of the input, level by level. Level 0 is
// the input, level l what layer l makes; a layer is [kernel_size, stride, padding, dilation].

import { show } from "./numbers.js";
import { effectiveKernelSize, formula, outputSize, useSmaller } from "./shape.js";

export const MOST = 6; // layers
export const LARGEST_INPUT = 64;
/** @type {[name: string, argument: string, least: number, most: number, usual: number | null][]} */
export const SETTINGS = [
  ["Kernel size", "kernel_size", 1, 16, null],
  ["Stride", "stride", 1, 8, 1],
  ["Padding", "padding", 0, 16, 0],
  ["Dilation", "dilation", 1, 16, 1],
];
export const NEW = [3, 1, 0, 1];
const dilated = (d) => [3, 1, 0, d];
/** @type {[name: string, layers: number[][], size: number][]} */
export const PRESETS = [
  ["Three 3×3", [1, 1, 1].map(dilated), 31],
  ["Dilation 1, 2, 4, 8", [1, 2, 4, 8].map(dilated), 31],
  ["Dilation 2, 2, 2", [2, 2, 2].map(dilated), 31],
  ["Dilation 1, 2, 5", [1, 2, 5].map(dilated), 31],
  [
    "LeNet’s first 4",
    [NEW, NEW].flatMap(() => [
      [5, 1, 0, 1],
      [2, 2, 0, 1],
    ]),
    32,
  ],
  [
    "ResNet stem",
    [
      [7, 2, 3, 1],
      [3, 2, 1, 1],
    ],
    31,
  ],
];

/** How many units each level has. */
export function unitsOf({ layers, size }) {
  const units = [size];
  for (const [k, s, p, d] of layers) units.push(outputSize(units.at(-1), k, s, p, d));
  return units;
}

/** Null, or the broken rule and a fix. */
export function brokenStack({ layers, size }) {
  if (layers.length < 1) return "A stack has at least one layer. Add one.";
  if (layers.length > MOST) return `At most ${MOST} layers have room here. Remove one first.`;
  if (!Number.isInteger(size) || size < 1 || size > LARGEST_INPUT)
    return `Input size must be a whole number from 1 to ${LARGEST_INPUT}. Try 31.`;
  let n = size;
  for (const [index, layer] of layers.entries()) {
    for (const [i, [name, , least, most]] of SETTINGS.entries())
      if (layer.length !== SETTINGS.length || !Number.isInteger(layer[i]) || layer[i] < least || layer[i] > most)
        return `${name} of layer ${index + 1} must be a whole number from ${least} to ${most}. Try ${least}.`;
    const [k, s, p, d] = layer;
    const span = effectiveKernelSize(k, d);
    if (span > n + 2 * p)
      return (
        `Layer ${index + 1} has no place for its window: it spans ${span} (${d}·(${k} − 1) + 1), but gets only ` +
        `${n + 2 * p} (${n} + 2·${p}). ${useSmaller(d)}, or a larger input.`
      );
    n = outputSize(n, k, s, p, d);
  }
  return null;
}

/** Size, jump and start of the fields of each level's units: unit i sees from start + i·jump on. */
export function fieldsOf(layers) {
  const fields = [{ size: 1, jump: 1, start: 0 }];
  for (const [k, s, p, d] of layers) {
    const { size, jump, start } = fields.at(-1);
    fields.push({ size: size + d * (k - 1) * jump, jump: jump * s, start: start - p * jump });
  }
  return fields;
}

/** Where unit `index` of a level is drawn: in the middle of its field, as wide as its jump. */
export const placeOf = ({ size, jump, start }, index) => start + index * jump + (size - jump) / 2;

/**
 * Where the drawing begins and ends: all levels with the padding that the next layer reads.
 * @returns {[number, number]}
 */
export function extent({ layers, size }) {
  const fields = fieldsOf(layers);
  const ends = unitsOf({ layers, size }).map((n, level) => {
    const padding = layers[level]?.[2] ?? 0;
    return [placeOf(fields[level], -padding), placeOf(fields[level], n + padding)];
  });
  return [Math.min(...ends.map(([from]) => from)), Math.max(...ends.map(([, to]) => to))];
}

/**
 * What a unit sees: for each level down to the input {first, last, ways}, the bounds and, of each
 * index that is read, in how many ways. Padding is read, too; below it there is nothing.
 */
export function reach({ layers, size }, layer, unit) {
  const units = unitsOf({ layers, size });
  const levels = [];
  levels[layer] = { first: unit, last: unit, ways: new Map([[unit, 1]]) };
  for (let level = layer; level > 0; level--) {
    const [k, s, p, d] = layers[level - 1];
    const { first, last, ways } = levels[level];
    const below = new Map();
    for (const [index, count] of ways)
      if (index >= 0 && index < units[level])
        for (let t = 0; t < k; t++) {
          const read = index * s - p + t * d;
          below.set(read, (below.get(read) ?? 0) + count);
        }
    levels[level - 1] = { first: first * s - p, last: last * s - p + d * (k - 1), ways: below };
  }
  return levels;
}

/** Who reads whom between a level and the one below: pairs [unit, index], of all units that are read. */
export function links({ layers, size }, seen, level) {
  const [k, s, p, d] = layers[level - 1];
  const real = readOf(seen[level], unitsOf({ layers, size })[level]);
  return real.flatMap((unit) => Array.from({ length: k }, (_, t) => [unit, unit * s - p + t * d]));
}

/** Of a level with n units and this padding around them, what lies in the bounds and is not read. */
export function holes({ first, last, ways }, n, padding) {
  const found = [];
  for (let i = Math.max(first, -padding); i <= Math.min(last, n + padding - 1); i++) if (!ways.has(i)) found.push(i);
  return found;
}

/** Whom an index of a level feeds: of each level above it, a set of units. */
export function feeds({ layers, size }, level, index) {
  const units = unitsOf({ layers, size });
  const fed = [];
  fed[level] = new Set([index]);
  for (let up = level; up < layers.length; up++) {
    const [k, s, p, d] = layers[up];
    const above = new Set();
    for (const i of fed[up])
      for (let t = 0; t < k; t++) {
        const unit = (i + p - t * d) / s;
        if (Number.isInteger(unit) && unit >= 0 && unit < units[up + 1]) above.add(unit);
      }
    fed[up + 1] = above;
  }
  return fed;
}

/** Units of a level that are read, without the padding. */
export const readOf = ({ ways }, n) => [...ways.keys()].filter((i) => i >= 0 && i < n);

const nameOf = (level) => (level ? `layer ${level}` : "the input");
const thing = (level) => (level ? "unit" : "pixel");

/** What of a layer is not as usual, short. */
export const layerText = ([k, s, p, d]) =>
  [`k ${k}`, s > 1 && `s ${s}`, p && `p ${p}`, d > 1 && `d ${d}`].filter(Boolean).join(", ");

/** The field on a level in words: how far it reaches, and what of it is read. */
export function seenText(state, { layer, unit, step }) {
  const level = layer - step;
  const self = `${layer ? `Layer ${layer}, unit` : "Pixel"} ${unit}`;
  if (!step) return self;
  const seen = reach(state, layer, unit)[level];
  const n = unitsOf(state)[level];
  const width = seen.last - seen.first + 1;
  const read = readOf(seen, n).length;
  const inside = seen.first >= 0 && seen.last < n;
  const where = `${inside ? `${thing(level)}s` : "positions"} ${show(seen.first)} to ${show(seen.last)}`;
  const all = read === width ? `all ${width}` : `${read} of ${width}`;
  return `${self}, sees ${where} of ${nameOf(level)} and reads ${all}`;
}

/** The step down to this level: how much wider the field gets, in pixels. */
export function sizeText({ layers }, { layer, step }) {
  if (!step) return "Size 1: nothing but itself";
  const fields = fieldsOf(layers);
  let size = 1;
  for (let level = layer; level > layer - step; level--) {
    const [k, , , d] = layers[level - 1];
    size += d * (k - 1) * fields[level - 1].jump;
  }
  const level = layer - step;
  const [k, , , d] = layers[level];
  const { jump } = fields[level];
  const text = `Size r + d·(k − 1)·j: ${size - d * (k - 1) * jump} + ${d}·(${k} − 1)·${jump} = ${size}`;
  if (level) return text;
  const strides = layers.slice(0, layer).map(([, s]) => `·${s}`);
  return `${text}. Jump j: 1${strides.join("")} = ${fields[layer].jump}`;
}

/** Above the input, how many units the layer makes that is passed; there, where the field lies. */
export function placeText(state, { layer, unit, step }) {
  const level = layer - step;
  if (level) {
    const [k, s, p, d] = state.layers[level - 1];
    return `Units of layer ${level}: ${formula(unitsOf(state)[level - 1], k, s, p, d)}`;
  }
  const { size, jump, start } = fieldsOf(state.layers)[layer];
  const first = start + unit * jump;
  const begins = `First position, start + unit·j: ${show(start)} + ${unit}·${jump} = ${show(first)}`;
  return `${begins}. Last: ${show(first)} + ${size} − 1 = ${show(first + size - 1)}`;
}

/** The field in two dimensions in words. */
export function squareText(state, { layer, unit, step }) {
  const level = layer - step;
  const seen = reach(state, layer, unit)[level];
  const width = seen.last - seen.first + 1;
  const read = readOf(seen, unitsOf(state)[level]);
  const [least, most] = [Math.min, Math.max].map((f) => f(...read.map((i) => seen.ways.get(i))) ** 2);
  const paths = least === most ? String(least) : `${least} to ${most}`;
  const all = `${level ? `Layer ${level}` : "Input"}: ${read.length ** 2} of ${width ** 2} read`;
  return `${all}\n${width}×${width}${read.length ? `, paths to each: ${paths}` : ""}`;
}

/** What is pointed at and feeds others. */
export function feedsText(state, level, index) {
  const n = unitsOf(state)[level];
  if (index < 0 || index >= n) return `Padding of ${nameOf(level)} at ${show(index)}: a zero that nothing is read for`;
  const fed = feeds(state, level, index).slice(level + 1);
  const self = `${level ? `Layer ${level}, unit` : "Pixel"} ${index}`;
  if (!fed.length) return self;
  const layers = fed.length > 1 ? `layers ${level + 1} to ${level + fed.length}` : `layer ${level + 1}`;
  const counts = fed.map((set) => set.size).join(", ");
  return `${self} feeds ${counts} ${counts === "1" ? "unit" : "units"} of ${layers}`;
}

/** The stack as PyTorch, and a gradient that finds the field's size. */
export function stackPytorch({ layers, size, layer, unit }) {
  const own = layers.slice(0, layer);
  const { size: r, jump, start } = fieldsOf(layers)[layer];
  const u = Math.max(unit, Math.ceil(-start / jump)); // nothing of its field is padding
  const n = Math.max(size, start + u * jump + r);
  const lines = own.map(([k, ...rest]) => {
    const told = rest.map((value, i) => (value === SETTINGS[i + 1][4] ? "" : `${SETTINGS[i + 1][1]}=${value}, `));
    return `    nn.Conv2d(1, 1, ${k}, ${told.join("")}bias=False),`;
  });
  return [
    "import torch",
    "from torch import nn",
    "",
    "net = nn.Sequential(",
    ...lines,
    ").double()",
    "for weight in net.parameters():",
    "    nn.init.ones_(weight)  # so that a gradient counts paths",
    `X = torch.zeros(1, 1, ${n}, ${n}, dtype=torch.float64, requires_grad=True)`,
    `net(X)[0, 0, ${u}, ${u}].backward()  # ${u === unit ? "the unit" : "a unit whose field has no padding in it"}`,
    "seen = X.grad[0, 0].nonzero()",
    "print(seen.max() - seen.min() + 1)",
    "",
  ].join("\n");
}

/** A step as a screen reader should hear it. */
export const spokenStack = (state, at) =>
  `Step ${at.step + 1} of ${at.layer + 1}. ${seenText(state, at)}. ${sizeText(state, at)}`
    .replaceAll("−", "minus ")
    .replaceAll("·", " times ");
