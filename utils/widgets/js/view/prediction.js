// Predict, then reveal: outputs stay hidden until the reader has reached them, or guessed them.

import { show } from "../engine/numbers.js";

const NEAR = 0.005; // a guess may be so far off, as a part of the number or of 1

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
      const good = Math.abs(guess - value) <= NEAR * Math.max(1, Math.abs(value));
      if (good) right.push([row, col]);
      judged = `${row},${col}`;
      verdict = good ? `${show(guess)} is right` : `Not ${show(guess)}: see the sum`;
      return verdict;
    },
  };
}
