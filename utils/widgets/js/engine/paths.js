// Channels in columns, one column a layer, and the paths between them: who hears whom, and what it costs.
// A layer is "grouped" (k×k in g groups: full for one, depthwise for as many as channels), "pointwise"
// (1×1 over all channels) or a "shuffle" of the groups. Every column but the last has c_i channels.

import { grouped, show } from "./numbers.js";

export const KINDS = ["grouped", "pointwise", "shuffle"];
export const MOST_LAYERS = 5;
/** @type {[key: string, label: string, most: number][]} */
export const SETTINGS = [
  ["groups", "Groups", 12],
  ["in_channels", "Input channels", 12],
  ["out_channels", "Output channels", 12],
  ["kernel_size", "Kernel size", 11],
  ["input_size", "Height and width", 256],
];
const eight = (groups, ...layers) => ({ layers, groups, in_channels: 8, out_channels: 8 });
/** @type {[name: string, settings: {layers: string[], groups: number, in_channels: number, out_channels: number}][]} */
export const PRESETS = [
  ["Full", eight(1, "grouped")],
  ["Grouped", eight(2, "grouped")],
  ["Depthwise", eight(8, "grouped")],
  ["Depthwise, pointwise", eight(8, "grouped", "pointwise")],
  ["Two grouped", eight(2, "grouped", "grouped")],
  ["Two and a shuffle", eight(2, "grouped", "shuffle", "grouped")],
];

const range = (n) => Array.from({ length: n }, (_, i) => i);
const total = (numbers) => numbers.reduce((sum, x) => sum + x, 0);
const several = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;

/** How many channels each column has: the last layer that has weights makes c_o of c_i. */
export function widthsOf({ layers, in_channels, out_channels }) {
  const last = layers.findLastIndex((kind) => kind !== "shuffle");
  return [in_channels, ...layers.map((_, l) => (l < last ? in_channels : out_channels))];
}

/** Null, or the broken rule and a fix. */
export function brokenPaths(state) {
  const { layers, groups } = state;
  for (const [key, name, most] of SETTINGS)
    if (!Number.isInteger(state[key]) || state[key] < 1 || state[key] > most)
      return `${name} must be a whole number from 1 to ${most}. Try 1.`;
  if (!layers.length || layers.length > MOST_LAYERS || !layers.every((kind) => KINDS.includes(kind)))
    return `There are 1 to ${MOST_LAYERS} layers here: ${KINDS.join(", ")}.`;
  if (!layers.some((kind) => kind !== "shuffle")) return "A shuffle alone learns nothing. Add a grouped layer.";
  const widths = widthsOf(state);
  const split = layers.flatMap((kind, l) => (kind === "pointwise" ? [] : [widths[l], widths[l + 1]]));
  const odd = split.find((channels) => channels % groups);
  if (odd === undefined) return null;
  const fitting = range(Math.min(...split))
    .map((i) => i + 1)
    .filter((g) => split.every((channels) => channels % g === 0));
  const choice = fitting.join(", ").replace(/, (\d+)$/, " or $1");
  return `${several(odd, "channel")} ${odd === 1 ? "does" : "do"} not fall into ${groups} equal groups. Groups can be ${choice}.`;
}

/** The next value of a setting that fits the others; none further: the next number, which says why. */
export function nudged(state, key, value, by) {
  const most = SETTINGS.find(([name]) => name === key)[2];
  for (let next = value + by; next >= 1 && next <= most; next += by)
    if (!brokenPaths({ ...state, [key]: next })) return next;
  return value + by;
}

/** Which channel of the column before stands at a place behind a shuffle: (g, c/g) read the other way. */
export const shuffled = (channels, groups, place) =>
  (place % groups) * (channels / groups) + Math.floor(place / groups);

/** Who is joined between column l and the next: pairs [from, to]. */
export function links(state, l) {
  const widths = widthsOf(state);
  const [before, after] = [widths[l], widths[l + 1]];
  const kind = state.layers[l];
  if (kind === "shuffle") return range(after).map((to) => [shuffled(before, state.groups, to), to]);
  const groups = kind === "pointwise" ? 1 : state.groups;
  const [read, made] = [before / groups, after / groups];
  return range(after).flatMap((to) => range(read).map((i) => [Math.floor(to / made) * read + i, to]));
}

/** Of each column, in how many ways its channels are joined with channel `index` of column `level`. */
export function pathsOf(state, level, index) {
  const ways = widthsOf(state).map((n) => new Array(n).fill(0));
  ways[level][index] = 1;
  for (let l = level; l < state.layers.length; l++)
    for (const [from, to] of links(state, l)) ways[l + 1][to] += ways[l][from];
  for (let l = level - 1; l >= 0; l--) for (const [from, to] of links(state, l)) ways[l][from] += ways[l + 1][to];
  return ways;
}

/** What layer l multiplies to have its weights: [] for a shuffle, which has none. */
function factors(state, l) {
  const widths = widthsOf(state);
  const { groups, kernel_size: k } = state;
  return {
    grouped: [widths[l + 1], widths[l] / groups, k, k],
    pointwise: [widths[l + 1], widths[l]],
    shuffle: [],
  }[state.layers[l]];
}
const product = (numbers) => (numbers.length ? numbers.reduce((p, x) => p * x, 1) : 0);

export const weightsOf = (state) => total(state.layers.map((_, l) => product(factors(state, l))));

/** The stack without groups: a full layer for each grouped one, which needs no other mix. */
const without = (state) => ({
  ...state,
  groups: 1,
  layers: Array(Math.max(1, state.layers.filter((kind) => kind === "grouped").length)).fill("grouped"),
});

/** The ways to make c_o channels of c_i, to compare: [name, state], the first the full one. */
function waysOf(state) {
  const full = without(state);
  const separable = full.layers.flatMap(() => ["grouped", "pointwise"]);
  const divided = { ...full, groups: state.groups };
  return [
    ["Full", full],
    ...(state.groups > 1 && !brokenPaths(divided) ? [[groupsText(state), divided]] : []),
    ["Depthwise, pointwise", { ...full, groups: state.in_channels, layers: separable }],
  ];
}

const groupsText = ({ groups, in_channels }) => (groups === in_channels ? "Depthwise" : several(groups, "group"));
/** Layers and groups alone: what is counted, but for shuffles, which cost no weight. */
const countedOf = ({ layers, groups }) => JSON.stringify([layers.filter((kind) => kind !== "shuffle"), groups]);

/** The counts beside each other: {name, weights, multiplyAdds, ratio, shown}; what is shown is one of them. */
export function comparison(state) {
  const all = waysOf(state);
  const own = countedOf(state);
  if (!all.some(([, way]) => countedOf(way) === own)) all.push(["As drawn", state]);
  const places = state.input_size ** 2;
  const most = weightsOf(all[0][1]);
  return all.map(([name, way]) => ({
    name,
    weights: grouped(weightsOf(way)),
    multiplyAdds: grouped(weightsOf(way) * places),
    ratio: show(weightsOf(way) / most),
    shown: countedOf(way) === own,
  }));
}

/** What is compared. */
export function comparedText(state) {
  const { in_channels, out_channels, kernel_size: k } = state;
  const times = without(state).layers.length;
  return `${times > 1 ? `${times} times ` : ""}${k}×${k}, ${in_channels} to ${several(out_channels, "channel")}`;
}

/** A layer's name and its weights, to stand above it. */
export function layerText(state, l) {
  const { groups, kernel_size: k } = state;
  const kind = state.layers[l];
  if (kind === "shuffle") return ["shuffle", "no weights"];
  const depthwise = groups === widthsOf(state)[l] ? "depthwise" : several(groups, "group");
  const name = kind === "pointwise" ? "pointwise" : groups === 1 ? "full" : depthwise;
  const size = kind === "pointwise" ? 1 : k;
  const weights = product(factors(state, l));
  return [`${name} ${size}×${size}`, `${grouped(weights)} weight${weights === 1 ? "" : "s"}`];
}

/** The groups of layer l: of each the first channel and the one after the last, before and after it. */
export function bands(state, l) {
  const widths = widthsOf(state);
  const groups = state.layers[l] === "grouped" ? state.groups : 1;
  if (state.layers[l] === "shuffle") return [];
  return range(groups).map((b) => [0, 1].map((side) => [b, b + 1].map((at) => (at * widths[l + side]) / groups)));
}

/** What a cell holds: its number, behind a shuffle that of the channel which has come there. */
export const cellText = (state, level, index) =>
  state.layers[level - 1] === "shuffle" ? shuffled(widthsOf(state)[level], state.groups, index) : index;

const columnText = (state, level) =>
  level === 0 ? "Input" : level === state.layers.length ? "Output" : `After layer ${level}, channel`;

export function cellLabel(state, level, index) {
  const came = cellText(state, level, index);
  const from = state.layers[level - 1] === "shuffle" ? `, was ${came}` : "";
  return `${columnText(state, level)} ${index}${from}`;
}

/** Which of a column's channels are joined, and in how many ways: in words. */
function joined(verb, ways, word) {
  const found = range(ways.length).filter((i) => ways[i]);
  const all = found.length === ways.length;
  const whole = ways.length === 1 ? `the only ${word}` : `all ${ways.length} ${word}s`;
  const some = `${found.length} of ${ways.length} ${word}s: ${found.join(", ")}`;
  const counts = found.map((i) => ways[i]);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const by = `${least === most ? "" : `${least} to `}${most} paths`;
  const paths = most === 1 ? "" : `, ${found.length === 1 ? "" : "each "}by ${by}`;
  return `${verb} ${all ? whole : some}${paths}`;
}

export function pointedText(state, level, index) {
  const ways = pathsOf(state, level, index);
  const parts = [];
  if (level > 0) parts.push(joined("hears", ways[0], "input"));
  if (level < state.layers.length) parts.push(joined("reaches", ways.at(-1), "output"));
  return `${cellLabel(state, level, index)} ${parts.join("; ")}`;
}

export const weightsText = (state) => {
  const terms = state.layers.map((_, l) => factors(state, l).join("·")).filter(Boolean);
  return `Weights: ${terms.join(" + ")} = ${grouped(weightsOf(state))}`;
};

/** How many outputs an input reaches, and why. */
function mixText(state) {
  const { layers, groups, in_channels, out_channels } = state;
  const reached = range(in_channels).map((i) => pathsOf(state, 0, i).at(-1).filter(Boolean).length);
  const [least, most] = [Math.min(...reached), Math.max(...reached)];
  if (layers.join() === "grouped,shuffle,grouped" && groups > 1) {
    const each = in_channels / groups;
    return each >= groups
      ? `All are reached: a group has ${several(each, "channel")}, enough for ${groups} groups`
      : `Not all are reached: a group has ${several(each, "channel")}, too few for ${groups} groups`;
  }
  if (least === out_channels) return "Every input reaches every output";
  const apart = layers.every((kind) => kind === "grouped") ? ": the groups never meet" : "";
  return `An input reaches ${least === most ? "" : `${least} to `}${most} of ${several(out_channels, "output")}${apart}`;
}

/** The ratio to a full layer; then for depthwise and pointwise the rule, else who meets whom. */
export function ratioText(state) {
  const { layers, groups, in_channels, out_channels: o, kernel_size: k } = state;
  const [own, full] = [weightsOf(state), weightsOf(without(state))];
  const ratio = show(own / full);
  const separable = layers.join() === "grouped,pointwise" && groups === in_channels;
  const rule = `1/c_o + 1/k²: 1 / ${o} + 1 / (${k}·${k}) = ${ratio}`;
  const times = without(state).layers.length;
  return `Of ${times > 1 ? `${times} full layers'` : "a full layer's"} weights: ${grouped(own)} / ${grouped(full)} = ${ratio}\n${separable ? rule : mixText(state)}`;
}

/** The stack as PyTorch: a one in the chosen channel, weights of one, and so the number of paths. */
export function pathsPytorch(state) {
  const { layers, groups, kernel_size: k, in_channels, channel } = state;
  const widths = widthsOf(state);
  const lines = layers.map((kind, l) => {
    if (kind === "shuffle") return `    nn.ChannelShuffle(${groups}),`;
    const size = kind === "pointwise" ? "1" : `${k}, padding="same", groups=${groups}`;
    return `    nn.Conv2d(${widths[l]}, ${widths[l + 1]}, ${size}, bias=False),`;
  });
  return [
    "import torch",
    "from torch import nn",
    "",
    "net = nn.Sequential(",
    ...lines,
    ").double().requires_grad_(False)",
    "for weight in net.parameters():",
    "    nn.init.ones_(weight)  # so that the outputs count paths",
    `X = torch.zeros(1, ${in_channels}, 1, 1, dtype=torch.float64)`,
    `X[0, ${channel}] = 1`,
    "print(net(X).flatten())",
    "",
  ].join("\n");
}
