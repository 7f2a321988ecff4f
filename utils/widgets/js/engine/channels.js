// Many channels: planes in, a bank of filters, planes out. filters[o][j] is the slice that meets the
// j-th plane of output channel o's group. Built on the one-plane window.

import { outputShape, shapeOf } from "./shape.js";
import { IMPORTS, pair, tensor } from "./snippet.js";
import { brokenRule, taps, outputAt as windowAt } from "./window.js";

/** Input channels that feed output channel o. */
export function feeding({ planes, filters, groups }, o) {
  const each = planes.length / groups;
  const group = Math.floor(o / (filters.length / groups));
  return Array.from({ length: each }, (_, j) => group * each + j);
}

/** The one-plane configuration of plane c under output channel o. */
export function slice(config, o, c) {
  const { planes, filters, stride, padding } = config;
  const j = feeding(config, o).indexOf(c);
  return {
    input: planes[c],
    kernel: filters[o][j],
    stride,
    padding,
    dilation: [1, 1],
    mode: "conv",
    bias: 0,
  };
}

/** What each plane adds to output (o, r, c), in order. */
export const partials = (config, o, r, c) => feeding(config, o).map((plane) => windowAt(slice(config, o, plane), r, c));

export const planeShape = (config) => outputShape(slice(config, 0, feeding(config, 0)[0]));

/** The products behind what a plane adds to output (o, r, c), each with its input cell. */
export const products = (config, o, plane, r, c) =>
  taps(slice(config, o, plane), r, c).map(({ row, col, u, v, padded }) => {
    const value = padded ? 0 : config.planes[plane][row][col];
    return { row, col, value: value * slice(config, o, plane).kernel[u][v] };
  });

export function output(config) {
  const [oh, ow] = planeShape(config);
  return config.filters.map((_, o) =>
    Array.from({ length: oh }, (_, r) =>
      Array.from({ length: ow }, (_, c) => partials(config, o, r, c).reduce((a, b) => a + b, 0)),
    ),
  );
}

/** Weights to learn and multiply-adds to do, without bias. */
export function cost(config) {
  const { filters } = config;
  const [kh, kw] = shapeOf(filters[0][0]);
  const [oh, ow] = planeShape(config);
  const each = filters[0].length;
  return {
    parameters: filters.length * each * kh * kw,
    multiplyAdds: filters.length * each * kh * kw * oh * ow,
    factors: [filters.length, each, kh, kw],
    places: [oh, ow],
  };
}

/** The filters in another number of groups; `bank` keeps the slices that this hides, and gives them back. */
export function regrouped(config, groups, bank) {
  const { filters } = config;
  filters.forEach((filter, o) => feeding(config, o).forEach((c, j) => bank.set(`${o},${c}`, filter[j])));
  const zeros = filters[0][0].map((row) => row.map(() => 0));
  return filters.map((_, o) => feeding({ ...config, groups }, o).map((c) => bank.get(`${o},${c}`) ?? zeros));
}

/** The numbers of groups that divide both, as they must. */
export const legalGroups = ({ planes, filters }) =>
  planes.map((_, i) => i + 1).filter((g) => planes.length % g === 0 && filters.length % g === 0);

/** Null, or the broken rule and a fix. */
export function broken(config) {
  const { planes, filters, groups } = config;
  if (!legalGroups(config).includes(groups) || filters.some((filter) => filter.length * groups !== planes.length))
    return `Groups must divide both numbers of channels: ${planes.length} come in, ${filters.length} go out.`;
  return brokenRule(slice(config, 0, 0));
}

export const channelsPytorch = ({ planes, filters, groups, stride, padding }) =>
  [
    ...IMPORTS,
    tensor("X", planes),
    tensor("W", filters),
    `Y = F.conv2d(X[None], W, stride=${pair(stride)}, padding=${pair(padding)}, groups=${groups})`,
    "print(Y[0])",
    "",
  ].join("\n");
