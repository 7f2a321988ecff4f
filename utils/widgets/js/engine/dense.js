// A dense layer on an n × n image, and what is left of it once its weights are shared, then local.
// dense[i·n + j][k·n + l] weighs pixel (k, l) in output (i, j); shared[a + n − 1][b + n − 1] is the
// weight at offset (a, b), one table for all outputs.

import { IMPORTS, tensor } from "./snippet.js";

export const STAGES = ["dense", "shared", "local"];

/** Whether the weight from pixel (k, l) to output (i, j) is there at all. */
export const present = ({ stage, delta }, i, j, k, l) =>
  stage !== "local" || (Math.abs(k - i) <= delta && Math.abs(l - j) <= delta);

export function weight(state, i, j, k, l) {
  const n = state.image.length;
  if (!present(state, i, j, k, l)) return 0;
  if (state.stage === "dense") return state.dense[i * n + j][k * n + l];
  return state.shared[k - i + n - 1][l - j + n - 1];
}

/** All [i, j, k, l] that are the same parameter as this one. */
export function tied(state, i, j, k, l) {
  const n = state.image.length;
  if (state.stage === "dense") return [[i, j, k, l]];
  const found = [];
  for (let r = 0; r < n; r++)
    for (let c = 0; c < n; c++) {
      const [row, col] = [r + k - i, c + l - j];
      if (row >= 0 && col >= 0 && row < n && col < n) found.push([r, c, row, col]);
    }
  return found;
}

/** The pixels [k, l] that output (i, j) reads. */
export const reads = (state, i, j) =>
  state.image.flatMap((row, k) => row.map((_, l) => [k, l])).filter(([k, l]) => present(state, i, j, k, l));

export function outputAt(state, i, j) {
  let sum = 0;
  state.image.forEach((row, k) =>
    row.forEach((x, l) => {
      sum += x * weight(state, i, j, k, l);
    }),
  );
  return sum;
}

export const output = (state) => state.image.map((row, i) => row.map((_, j) => outputAt(state, i, j)));

/** How many numbers the layer learns on an n × n image, and how that is counted. */
export function parameters(stage, n, delta) {
  if (stage === "dense") return { count: n ** 4, text: `${n}²·${n}²` };
  if (stage === "shared") return { count: (2 * n - 1) ** 2, text: `(2·${n} − 1)²` };
  const reach = Math.min(delta, n - 1);
  return { count: (2 * reach + 1) ** 2, text: `(2·${reach} + 1)²` };
}

/** The same layer in PyTorch. */
export function densePytorch(state) {
  const n = state.image.length;
  const lines = [...IMPORTS, tensor("X", state.image)];
  if (state.stage === "dense") {
    lines.push(
      tensor("W", state.dense),
      `W = W.reshape(${n}, ${n}, ${n}, ${n})  # output row, output column, input row, input column`,
      'print(torch.einsum("ijkl,kl->ij", W, X))',
    );
  } else {
    const reach = state.stage === "local" ? Math.min(state.delta, n - 1) : n - 1;
    const from = n - 1 - reach;
    const kept = state.shared.slice(from, from + 2 * reach + 1).map((r) => r.slice(from, from + 2 * reach + 1));
    lines.push(tensor("V", kept), `print(F.conv2d(X[None, None], V[None, None], padding=${reach})[0, 0])`);
  }
  return `${lines.join("\n")}\n`;
}
