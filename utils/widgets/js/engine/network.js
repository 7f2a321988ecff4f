// The small network that reads digits: its numbers, unit by unit. Pure functions, no page.
//
// Inputs are tenths and weights hundredths, so all its numbers are whole ones, counted in a unit of
// their level's own: `per` of them are one. Nothing is rounded on the way.

import { examples, weights } from "./network.json";

/** @type {[digit: number, picture: string][]} */
export const EXAMPLES = /** @type {any} */ (examples);

export const PACKED = weights; // bytes in base64
export const SIDE = 12; // cells of the picture, in both directions
export const FINE = 4; // of ink to a cell
export const TAPS = 9;
export const COVER = 4; // cells of the square that covers

/** What stands between the picture and the answer; `per` of a level's whole numbers are one. */
export const LEVELS = [
  { kind: "picture", name: "Picture", maps: 1, size: SIDE, per: 10 },
  { kind: "conv", name: "Convolution 1", maps: 8, size: 12, per: 1e3 },
  { kind: "pool", name: "Pooling 1", maps: 8, size: 6, per: 1e3 },
  { kind: "conv", name: "Convolution 2", maps: 16, size: 6, per: 1e5 },
  { kind: "pool", name: "Pooling 2", maps: 16, size: 3, per: 1e5 },
  { kind: "dense", name: "Answer", maps: 10, size: 1, per: 1e7 },
];
export const LAST = LEVELS.length - 1;

const W = Int8Array.from(atob(weights), (c) => c.charCodeAt(0));
const starts = new Map(); // of a level's weights
let start = 0;
LEVELS.forEach(({ kind, maps }, level) => {
  if (kind !== "conv" && kind !== "dense") return;
  starts.set(level, start);
  start += maps * (LEVELS[level - 1].maps * TAPS + 1);
});

/** In hundredths. The answer is a kernel as large as the maps that it reads. */
export const weight = (level, map, channel, tap) =>
  W[starts.get(level) + (map * LEVELS[level - 1].maps + channel) * TAPS + tap];
export const bias = (level, map) => W[starts.get(level) + LEVELS[level].maps * LEVELS[level - 1].maps * TAPS + map];

/** A picture of 144 characters as whole tenths. */
export const unpack = (picture) => Array.from(picture, (c) => Number.parseInt(c, 11));
export const pack = (cells) => cells.map((x) => "0123456789A"[x]).join("");

/** Null where the state can be shown; else a sentence with the broken rule. */
export function broken({ picture, before, cover }) {
  if (![picture, before].every((text) => /^[0-9A]{144}$/.test(text))) return "A picture is 144 tenths, 0 to 9 or A.";
  const within = cover.every((x) => Number.isInteger(x) && x >= 0 && x <= SIDE - COVER);
  return within ? null : `The square begins in row and column 0 to ${SIDE - COVER}.`;
}

/** The picture under the square that covers it: no ink is seen there. */
export function seen({ picture, tool, cover }) {
  if (tool !== "cover") return picture;
  const [top, left] = cover;
  const under = (i, from) => i >= from && i < from + COVER;
  return pack(unpack(picture).map((x, i) => (under(Math.floor(i / SIDE), top) && under(i % SIDE, left) ? 0 : x)));
}

/** [map, row, col] of a unit of a level, which counts them map by map, row by row. */
export function place(level, unit) {
  const { size } = LEVELS[level];
  return [Math.floor(unit / size ** 2), Math.floor(unit / size) % size, unit % size];
}
export const unitAt = (level, map, row, col) => (map * LEVELS[level].size + row) * LEVELS[level].size + col;
export const countOf = (level) => LEVELS[level].maps * LEVELS[level].size ** 2;

/** The first row and column that a unit reads in the level below, and how many of each. */
export function windowOf(level, unit) {
  const { kind } = LEVELS[level];
  const [, row, col] = place(level, unit);
  if (kind === "pool") return { top: 2 * row, left: 2 * col, side: 2 };
  return kind === "conv" ? { top: row - 1, left: col - 1, side: 3 } : { top: 0, left: 0, side: 3 };
}

/** What a unit reads of one map of the level below, row by row; beyond the border 0. */
export function read(levels, level, unit, channel) {
  const below = LEVELS[level - 1];
  const { top, left, side } = windowOf(level, unit);
  return Array.from({ length: side * side }, (_, tap) => {
    const [row, col] = [top + Math.floor(tap / side), left + (tap % side)];
    const inside = Math.min(row, col) >= 0 && Math.max(row, col) < below.size;
    return inside ? levels[level - 1][unitAt(level - 1, channel, row, col)] : 0;
  });
}

/** The channels of a unit's sum, in whole numbers of its level. */
export const partials = (levels, level, unit) => {
  const [map] = place(level, unit);
  return Array.from({ length: LEVELS[level - 1].maps }, (_, channel) =>
    read(levels, level, unit, channel).reduce((sum, x, tap) => sum + x * weight(level, map, channel, tap), 0),
  );
};
/** The bias in whole numbers of its level. */
export const biasOf = (level, map) => (bias(level, map) * LEVELS[level].per) / 100;

/** One layer's numbers; convolutions' after ReLU. */
function layer(below, level) {
  const { kind, maps, size } = LEVELS[level];
  const from = LEVELS[level - 1];
  const made = new Float64Array(maps * size * size);
  const pad = kind === "conv" ? 1 : 0;
  for (let unit = 0; unit < made.length; unit++) {
    const [map, row, col] = place(level, unit);
    if (kind === "pool") {
      const at = unitAt(level - 1, map, 2 * row, 2 * col);
      made[unit] = Math.max(below[at], below[at + 1], below[at + from.size], below[at + from.size + 1]);
      continue;
    }
    let sum = biasOf(level, map);
    for (let u = 0; u < 3; u++)
      for (let v = 0; v < 3; v++) {
        const [r, c] = [row + u - pad, col + v - pad];
        if (r < 0 || c < 0 || r >= from.size || c >= from.size) continue;
        let at = r * from.size + c;
        let tap = starts.get(level) + map * from.maps * TAPS + 3 * u + v;
        for (let channel = 0; channel < from.maps; channel++, at += from.size ** 2, tap += TAPS)
          sum += below[at] * W[tap];
      }
    made[unit] = kind === "conv" ? Math.max(sum, 0) : sum;
  }
  return made;
}

/** Every level's numbers for a picture as the network sees it, whole numbers of the level. */
export function forward(picture) {
  const levels = [Float64Array.from(unpack(picture))];
  for (let level = 1; level <= LAST; level++) levels.push(layer(levels[level - 1], level));
  return levels;
}

export const numberOf = (levels, level, unit) => levels[level][unit] / LEVELS[level].per;

/** The shares of the ten digits. */
export function shares(levels) {
  const scores = Array.from(levels[LAST], (x) => x / LEVELS[LAST].per);
  const most = Math.max(...scores);
  const powers = scores.map((x) => Math.exp(x - most));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((x) => x / sum);
}
export const answer = (levels) => levels[LAST].indexOf(Math.max(...levels[LAST]));

const MOVED = 0.1; // of the level's largest

/** The share of a level's numbers that differ by more than a tenth of the largest of both. */
export function moved(now, before, level) {
  const most = Math.max(...now[level], ...before[level]);
  const count = now[level].filter((x, unit) => Math.abs(x - before[level][unit]) > MOVED * most).length;
  return count / now[level].length;
}

/** The picture moved by cells; what leaves the field is gone. */
export function shifted(picture, down, right) {
  const cells = unpack(picture);
  return pack(
    cells.map((_, i) => {
      const [row, col] = [Math.floor(i / SIDE) - down, (i % SIDE) - right];
      return Math.min(row, col) >= 0 && Math.max(row, col) < SIDE ? cells[row * SIDE + col] : 0;
    }),
  );
}

// Ink: 48×48 in tenths. A cell is the mean of its 16, rounded half upwards.

const ACROSS = SIDE * FINE;
export const BRUSH = 3.2; // the radius of the brush, in ink
export const ERASER = 5;

/** Ink that looks like a picture: each cell's spread evenly. */
export function inkOf(picture) {
  const cells = unpack(picture);
  return Uint8Array.from({ length: ACROSS ** 2 }, (_, i) => {
    const [row, col] = [Math.floor(i / ACROSS), i % ACROSS];
    return cells[Math.floor(row / FINE) * SIDE + Math.floor(col / FINE)];
  });
}

/** Draws (10) or erases (0), in place, along a line from one point [x, y] to another, in ink. */
export function stroke(ink, [x0, y0], [x1, y1], level) {
  const radius = level ? BRUSH : ERASER;
  const [dx, dy] = [x1 - x0, y1 - y0];
  const length = dx * dx + dy * dy || 1;
  const bound = (x) => Math.min(Math.max(x, 0), ACROSS);
  const [left, right] = [bound(Math.floor(Math.min(x0, x1) - radius)), bound(Math.ceil(Math.max(x0, x1) + radius))];
  const [top, bottom] = [bound(Math.floor(Math.min(y0, y1) - radius)), bound(Math.ceil(Math.max(y0, y1) + radius))];
  for (let row = top; row < bottom; row++)
    for (let col = left; col < right; col++) {
      const [x, y] = [col + 0.5 - x0, row + 0.5 - y0];
      const along = Math.min(Math.max((x * dx + y * dy) / length, 0), 1);
      if ((x - along * dx) ** 2 + (y - along * dy) ** 2 <= radius ** 2) ink[row * ACROSS + col] = level;
    }
}

/** The picture that ink makes. */
export function counted(ink) {
  const sums = new Array(SIDE * SIDE).fill(0);
  ink.forEach((x, i) => {
    sums[Math.floor(i / ACROSS / FINE) * SIDE + Math.floor((i % ACROSS) / FINE)] += x;
  });
  return pack(sums.map((sum) => Math.floor(sum / FINE ** 2 + 0.5)));
}
