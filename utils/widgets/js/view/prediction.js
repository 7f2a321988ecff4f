// Predict, then reveal: outputs stay hidden until the reader has reached them, or guessed them.

import { show } from "../engine/numbers.js";

/** A number with all digits that tell it from others. */
const whole = (x) => String(+x.toPrecision(12)).replace("-", "−");

/**
 * Whether a guess is the value, or the value rounded to the guess's own decimals, two or more, or what
 * the page writes for it.
 */
function isRight(guess, value) {
  const near = 1e-9 * Math.max(1, Math.abs(value));
  const miss = Math.abs(guess - value);
  if (miss <= near || whole(guess) === show(value)) return true;
  const digits = [2, 3, 4, 5, 6, 7, 8].find((n) => Math.abs(guess - +guess.toFixed(n)) <= near);
  return digits !== undefined && miss <= 0.5 * 10 ** -digits + near && guess * value > 0;
}

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
      const good = isRight(guess, value);
      if (good) right.push([row, col]);
      judged = `${row},${col}`;
      const said = good || show(guess) !== show(value) ? show(guess) : whole(guess);
      verdict = good ? `${said} is right` : `Not ${said}: see the sum`;
      return verdict;
    },
  };
}
