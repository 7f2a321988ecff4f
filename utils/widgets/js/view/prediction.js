// Predict, then reveal: outputs stay hidden until the reader has reached them, or guessed them.

import { show } from "../engine/numbers.js";

/** By how much a guess may miss: half a hundredth, as one rounds, but nothing of a whole number. */
const room = (value) => {
  const whole = Math.abs(value - Math.round(value)) < 1e-9 * Math.max(1, Math.abs(value));
  return whole ? 1e-6 : Math.min(0.005, Math.abs(value) / 20) + 1e-9;
};

/** @param wanted () => whether outputs are to be predicted at all */
export function createPrediction(wanted) {
  let seen = new Set();
  let right = [];
  let verdict = "";
  let judged = ""; // the output that it is about

  return {
    hidden: (row, col) => Boolean(wanted()) && !seen.has(`${row},${col}`),
    /** The outputs that were guessed right. */
    get right() {
      return right;
    },
    /** What is to be said of the last guess, where it was for this output. */
    verdict: (row, col) => (judged === `${row},${col}` ? verdict : ""),
    /** Other numbers: nothing is known of them. */
    forget() {
      seen = new Set();
      right = [];
    },
    /** The reader is at an output now; returns whether that shows it for the first time. */
    reach(row, col) {
      verdict = "";
      const first = wanted() && !seen.has(`${row},${col}`);
      seen.add(`${row},${col}`);
      return first;
    },
    judge(row, col, guess, value) {
      const good = Math.abs(guess - value) <= room(value);
      if (good) right.push([row, col]);
      judged = `${row},${col}`;
      verdict = good ? `${show(guess)} is right` : `Not ${show(guess)}: see the sum`;
      return verdict;
    },
  };
}
