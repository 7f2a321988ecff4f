// Three branches, each a kernel and its batch norm in eval mode, and the one kernel that they make. All
// is told for one output channel `o`. Kernels are lists of planes, one for each input channel.

import { bracket, clean, show } from "./numbers.js";
import { IMPORTS, literal, tensor } from "./snippet.js";

/** Each branch's switch, its name, and by how many steps its kernel is in its frame. */
export const BRANCHES = [
  ["has_kernel", "3×3", 1],
  ["has_pointwise", "1×1", 2],
  ["has_identity", "Identity", 3],
];
/** The numbers of a batch norm, and what each does. */
export const NORM = [
  ["γ", "multiplies what is left"],
  ["β", "is added at the end"],
  ["μ", "is subtracted first"],
  ["σ", "is what γ is divided by"],
];
const SIDE = 3;
const FIRST = 4; // the step of the first entry
const square = (number) => Array.from({ length: SIDE }, (_, r) => Array.from({ length: SIDE }, (_, c) => number(r, c)));
const isMiddle = (r, c) => r === 1 && c === 1;
const sum = (numbers) => clean(numbers.reduce((a, b) => a + b, 0));

export const channels = (state) => state.pointwise.length;
export const isOn = (state, b) => state[BRANCHES[b][0]];
export const present = (state) => [0, 1, 2].filter((b) => isOn(state, b));
export const stepCount = (state) => FIRST + SIDE * SIDE * channels(state) + 2;

/** The branch's kernel as it is: 3×3 planes, or 1×1 ones, of which the identity has a one and zeros. */
export function kernelOf(state, b, o) {
  if (b === 0) return state.kernel[o];
  return state.pointwise[o].map((weight, i) => [[b === 1 ? weight : Number(i === o)]]);
}

export function scaleOf(state, b, o) {
  const [gamma, , , sigma] = state.norms[b][o];
  return gamma / sigma;
}

/** The branch's kernel times its scale, a 1×1 one in the middle of zeros. */
export const framed = (state, b, o) =>
  kernelOf(state, b, o).map((plane) =>
    square((r, c) => {
      if (plane.length === 1 && !isMiddle(r, c)) return 0;
      return scaleOf(state, b, o) * (plane.length === 1 ? plane[0][0] : plane[r][c]);
    }),
  );

export function biasOf(state, b, o) {
  const [gamma, beta, mu, sigma] = state.norms[b][o];
  return clean(beta - (gamma * mu) / sigma);
}

/** The one kernel and the one bias. */
export function merged(state, o) {
  const parts = present(state).map((b) => framed(state, b, o));
  const kernel = state.pointwise.map((_, i) => square((r, c) => sum(parts.map((planes) => planes[i][r][c]))));
  return { kernel, bias: sum(present(state).map((b) => biasOf(state, b, o))) };
}

/** What the branch's kernel makes of the window: [[pixel, weight], ...]. */
const pairs = ({ window: planes }, kernel) =>
  planes.flatMap((plane, i) =>
    kernel[i].length === 1
      ? [[plane[1][1], kernel[i][0][0]]]
      : plane.flatMap((row, r) => row.map((x, c) => [x, kernel[i][r][c]])),
  );
const dot = (all) => sum(all.map(([x, w]) => x * w));

/** What the branch makes of the window: before its norm, and after. */
export function response(state, b, o) {
  const [gamma, beta, mu, sigma] = state.norms[b][o];
  const before = dot(pairs(state, kernelOf(state, b, o)));
  return { before, after: clean((gamma * (before - mu)) / sigma + beta) };
}

/** What all branches make of the window, and what the merged kernel does. */
export function outputs(state, o) {
  const { kernel, bias } = merged(state, o);
  return [sum(present(state).map((b) => response(state, b, o).after)), clean(dot(pairs(state, kernel)) + bias)];
}

/** What is done at a step: apart, scaled, framed, identity, entry [plane, row, column], bias, same. */
export function phase(state) {
  const step = Math.min(Math.max(state.step, 0), stepCount(state) - 1);
  if (step < FIRST) return { step, name: ["apart", "scaled", "framed", "identity"][step] };
  const at = step - FIRST;
  const left = at - SIDE * SIDE * channels(state);
  if (left >= 0) return { step, name: ["bias", "same"][left] };
  return { step, name: "entry", entry: [Math.floor(at / 9), Math.floor((at % 9) / 3), at % 3] };
}

/** Whether a branch's framed kernel shows this entry yet. */
export const isFramed = (step, b, r, c) => step >= (b === 1 && isMiddle(r, c) ? 1 : BRANCHES[b][2]);
export const isScaled = (step, b) => step >= (b === 2 ? 3 : 1);
/** @param {number} step @param {number[]} entry */
export function isMerged(step, entry) {
  const [plane, r, c] = entry;
  return step >= FIRST + 9 * plane + 3 * r + c;
}
export const hasBias = (state) => phase(state).step >= stepCount(state) - 2;

const isRounded = (x) => {
  const size = Math.abs(x);
  return Math.abs(Number(size.toPrecision(4)) - size) > 1e-9 * size && show(size) !== String(size);
};
/** The sign before a result: one that is shown rounded, or of rounded numbers, is about that. */
const equals = (...numbers) => (numbers.some(isRounded) ? "≈" : "=");

/** The sum of these numbers, written out; a single number needs none. */
function written(numbers) {
  const total = sum(numbers);
  const terms = numbers.map((x, i) => (i ? bracket(x) : show(x)));
  return numbers.length > 1 ? `${terms.join(" + ")} ${equals(total, ...numbers)} ${show(total)}` : show(total);
}

/** Products, and what is added to them, written out. */
function dotText(all, added = []) {
  const total = clean(dot(all) + sum(added));
  const terms = all.map(([x, w], i) => `${i ? bracket(x) : show(x)}×${bracket(w)}`).concat(added.map(bracket));
  return `${terms.join(" + ")} ${equals(total, ...all.flat(), ...added)} ${show(total)}`;
}

export function scaleText(state, b, o) {
  const [gamma, , , sigma] = state.norms[b][o];
  const scale = scaleOf(state, b, o);
  return `γ/σ: ${show(gamma)}/${show(sigma)} ${equals(scale, gamma, sigma)} ${show(scale)}`;
}

export function biasText(state, b, o) {
  const [gamma, beta, mu, sigma] = state.norms[b][o];
  const bias = biasOf(state, b, o);
  const sign = equals(bias, gamma, beta, mu, sigma);
  return `β − γμ/σ: ${show(beta)} − ${bracket(gamma)}×${bracket(mu)}/${show(sigma)} ${sign} ${show(bias)}`;
}

export function responseText(state, b, o) {
  const [gamma, beta, mu, sigma] = state.norms[b][o];
  const { before, after } = response(state, b, o);
  const sign = equals(after, before, gamma, beta, mu, sigma);
  const normed = `${show(gamma)}×(${show(before)} − ${bracket(mu)})/${show(sigma)}`;
  return `Output: ${normed} + ${bracket(beta)} ${sign} ${show(after)}`;
}

const named = (b) => (b === 2 ? "identity" : `${BRANCHES[b][1]} branch`);
const counted = (state) => ["", "The one branch", "Two branches", "Three branches"][present(state).length];

/** What the branch's kernel makes of the window. */
const kernelText = (state, b, o) => [
  `The ${named(b)} on the window, before its batch norm`,
  dotText(pairs(state, kernelOf(state, b, o))),
];

export const mergedBiasText = (state, o) => `Bias: ${written(present(state).map((b) => biasOf(state, b, o)))}`;

/** What is on the screen all the time: the sum that the merged kernel has to give. */
export function apartText(state, o) {
  const each = present(state).map((b) => response(state, b, o).after);
  return `${counted(state)} on the window: ${written(each)}`;
}

/** @param {number[]} entry */
function entryText(state, o, entry) {
  const [plane, r, c] = entry;
  const of = channels(state) > 1 ? ` for input channel ${plane}` : "";
  return [
    `Merged kernel at (${r}, ${c})${of}, what the branches have there added up`,
    written(present(state).map((b) => framed(state, b, o)[plane][r][c])),
  ];
}

/**
 * A branch's weight, scaled; in a frame zeros have nothing to scale.
 * @param {number[]} entry
 */
function scaledText(state, b, o, entry) {
  const [plane, r, c] = entry;
  const of = channels(state) > 1 ? ` for input channel ${plane}` : "";
  const weights = kernelOf(state, b, o)[plane];
  const where = `The ${named(b)} at (${r}, ${c})${of}`;
  if (weights.length === 1 && !isMiddle(r, c)) return [`${where}, a zero of the frame around a 1×1 kernel`, "0"];
  const weight = weights.length === 1 ? weights[0][0] : weights[r][c];
  const [scale, value] = [scaleOf(state, b, o), framed(state, b, o)[plane][r][c]];
  return [
    `${where}, its weight times γ/σ`,
    `${show(weight)}×${bracket(scale)} ${equals(value, weight, scale)} ${show(value)}`,
  ];
}

/** What is pointed at, in words and as an equation. */
export function previewText(state, o, { kind, branch, cell }) {
  if (kind === "kernel") return kernelText(state, branch, o);
  if (kind === "framed") return scaledText(state, branch, o, cell);
  if (kind === "merged") return entryText(state, o, cell);
  const [name, told] = NORM[cell[1]];
  return [`${name} of the ${named(branch)}'s batch norm ${told}`, responseText(state, branch, o)];
}

/** The step in words and as an equation. */
export function stepText(state, o) {
  const { name, entry } = phase(state);
  const off = (b) => [`Without the ${named(b)} there is nothing to do here`, ""];
  if (name === "apart") return kernelText(state, present(state)[0], o);
  if (name === "entry") return entryText(state, o, entry);
  if (name === "bias")
    return ["The bias, each branch's β − γμ/σ added up", mergedBiasText(state, o).slice("Bias: ".length)];
  if (name === "same") {
    const { kernel, bias } = merged(state, o);
    return ["One kernel on the window, and the bias, give the same number", dotText(pairs(state, kernel), [bias])];
  }
  const middle = [o, 1, 1];
  const value = (b) => scaledText(state, b, o, middle)[1];
  if (name === "identity")
    return isOn(state, 2)
      ? ["The identity is a 1×1 kernel of one, times its γ/σ in a frame of zeros", value(2)]
      : off(2);
  if (name === "framed")
    return isOn(state, 1)
      ? ["Zeros around it make a 1×1 kernel a 3×3 one, with its weight in the middle", value(1)]
      : off(1);
  const scaled = [0, 1].filter((b) => isOn(state, b));
  if (!scaled.length) return ["Without a kernel there is nothing to scale here", ""];
  return ["A batch norm multiplies by γ/σ, and so can the kernel before it; in its middle", value(scaled[0])];
}

/** Null, or the broken rule and a fix. */
export function broken(state) {
  const b = state.norms.findIndex((norms) => norms.some(([, , , sigma]) => sigma <= 0));
  if (b >= 0) return `σ is a deviation, and more than 0; that of the ${named(b)} is not. Try 1.`;
  return present(state).length ? null : "One branch must stay, or there is nothing to merge. Switch another on first.";
}

export function mergePytorch(state) {
  const o = Math.min(Math.max(state.channel, 0), channels(state) - 1);
  const on = (b, line) => (isOn(state, b) ? [line] : []);
  const eye = `torch.eye(${channels(state)}, dtype=torch.float64)`;
  const kernels = [
    ...on(0, tensor("K3", state.kernel)),
    ...on(
      1,
      tensor(
        "K1",
        state.pointwise.map((row) => row.map((w) => [[w]])),
      ),
    ),
    ...on(2, `K0 = ${eye}[:, :, None, None]  # the identity's`),
  ];
  const terms = [
    ...on(0, "norm(F.conv2d(X, K3, padding=1), 0)"),
    ...on(1, "norm(F.conv2d(X, K1), 1)"),
    ...on(2, "norm(X, 2)"),
  ];
  const parts = [
    ...on(0, "scale[0] * K3"),
    ...on(1, "F.pad(scale[1] * K1, (1, 1, 1, 1))"),
    ...on(2, "F.pad(scale[2] * K0, (1, 1, 1, 1))"),
  ];
  return [
    ...IMPORTS,
    tensor("X", [state.window]),
    ...kernels,
    `norms = torch.tensor(${literal(state.norms)}, dtype=torch.float64)`,
    "gamma, beta, mu, sigma = norms.movedim(2, 0)[..., None, None]  # each (branch, channel, 1, 1)",
    "",
    "def norm(Y, i):  # a batch norm in eval mode",
    "    return gamma[i] * (Y - mu[i]) / sigma[i] + beta[i]",
    "",
    `Y = ${terms.join(" + ")}`,
    "",
    "scale = (gamma / sigma)[..., None]",
    `K = ${parts.join(" + ")}`,
    `b = (beta - gamma * mu / sigma)[[${present(state).join(", ")}]].sum(0).flatten()`,
    "Z = F.conv2d(X, K, b, padding=1)",
    `print(torch.cat([Y, Z])[:, ${o}, 1, 1])  # branches, merged`,
    "",
  ].join("\n");
}
