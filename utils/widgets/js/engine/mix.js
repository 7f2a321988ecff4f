// Colour photographs, three planes of 8-bit levels, and their mixture: one output channel of a 1×1
// convolution.

import { parseValue, quoted } from "./numbers.js";
import { IMPORTS, tensor } from "./snippet.js";

export const COLOURS = ["Red", "Green", "Blue"];
export const MOST = 1; // a weight, either way
export const BY = 0.05; // a slider's step
/** @type {[name: string, weights: number[]][]} */
export const PRESETS = [
  ["Red alone", [1, 0, 0]],
  ["Grey", [0.299, 0.587, 0.114]],
  ["Mean", [1 / 3, 1 / 3, 1 / 3]],
  ["Red − green", [1, -1, 0]],
  ["Blue − yellow", [-0.5, -0.5, 1]],
];
const FADED = 0.6; // how bright the other two colours of a tinted plane are

/** The levels of the three planes, one after the other in memory. */
export const planes = ({ height, width, levels }) =>
  COLOURS.map((_, c) => levels.subarray(c * height * width, (c + 1) * height * width));

/** A plane as a grey picture with a tint of its colour: what to paint in red, green and blue. */
export const tinted = (plane, colour) =>
  COLOURS.map((_, c) => (c === colour ? plane : plane.map((level) => FADED * level)));

/** The weighted sum of the planes, not cut. */
export function mix(photo, weights) {
  const { height, width } = photo;
  const values = new Float64Array(height * width);
  planes(photo).forEach((plane, c) => {
    for (let i = 0; i < values.length; i++) values[i] += weights[c] * plane[i];
  });
  return { height, width, values };
}

/** The three numbers of a pixel. */
export const pixel = (photo, row, col) => planes(photo).map((plane) => plane[row * photo.width + col]);

/** A pixel under its weights as a window of one row: so its sum is written out as all others are. */
export const asWindow = (numbers, weights) => ({
  input: [numbers],
  kernel: [weights],
  stride: [1, 1],
  padding: [0, 0],
  dilation: [1, 1],
  mode: "conv",
});

/** The rule by which the signed sums are painted, and how many it cuts. */
export function rule(values) {
  const cut = values.filter((value) => Math.abs(value) > 255).length;
  const beyond = cut ? `${cut} of ${values.length} pixels lie beyond, and are cut` : "no pixel lies beyond";
  return `Painted: 0 is middle grey, −255 black, 255 white; ${beyond}`;
}

/** A typed weight. Returns {value} or {error}. */
export function parseWeight(text, name) {
  const { value = NaN } = parseValue(text);
  if (Math.abs(value) <= MOST) return { value };
  const typed = text.trim() ? `“${quoted(text)}” is not one` : "you typed nothing";
  return { error: `${name}: −1 to 1; ${typed}.` };
}

/** One step up or down, on to a multiple of the step and not past the last. */
export const nudged = (weight, by) => {
  const steps = weight / BY;
  const next = by > 0 ? Math.floor(steps + 1e-9) + 1 : Math.ceil(steps - 1e-9) - 1;
  return Math.min(Math.max(Math.round(next) / Math.round(1 / BY), -MOST), MOST);
};

export const mixPytorch = (numbers, weights) =>
  [
    ...IMPORTS,
    `${tensor(
      "X",
      numbers.map((x) => [[x]]),
    )}  # one pixel of three planes`,
    tensor("W", [weights.map((w) => [[w]])]),
    "Y = F.conv2d(X[None], W)",
    "print(Y[0, 0])",
    "",
  ].join("\n");
