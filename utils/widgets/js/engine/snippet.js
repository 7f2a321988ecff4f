// The same computation as PyTorch code that runs as it stands and prints the shown output.

import { shapeOf } from "./shape.js";

const literal = (x) => (Number.isInteger(x) ? `${x}.0` : String(x));
const matrix = (rows) => `[${rows.map((r) => `[${r.map(literal).join(", ")}]`).join(",\n     ")}]`;
const pair = (p) => `(${p.join(", ")})`;

export function pytorch(config) {
  const { input, kernel, stride, padding, dilation, mode, bias } = config;
  const lines = [
    "import torch",
    "import torch.nn.functional as F",
    "",
    `X = torch.tensor(\n    ${matrix(input)}, dtype=torch.float64)`,
  ];
  const size = pair(shapeOf(kernel));
  if (mode === "max") {
    lines.push(
      `Y = F.max_pool2d(X[None, None], ${size}, stride=${pair(stride)}, ` +
        `padding=${pair(padding)}, dilation=${pair(dilation)})`,
    );
  } else if (mode === "avg") {
    const counted = config.countIncludePad === false ? ", count_include_pad=False" : "";
    lines.push(
      `Y = F.avg_pool2d(X[None, None], ${size}, stride=${pair(stride)}, ` +
        `padding=${pair(padding)}${counted})`,
    );
  } else {
    lines.push(`K = torch.tensor(\n    ${matrix(kernel)}, dtype=torch.float64)`);
    const weight = mode === "flip" ? "K.flip(0, 1)[None, None]" : "K[None, None]";
    const offset = bias ? `torch.tensor([${literal(bias)}], dtype=torch.float64)` : "None";
    lines.push(
      `Y = F.conv2d(X[None, None], ${weight}, ${offset}, stride=${pair(stride)}, ` +
        `padding=${pair(padding)}, dilation=${pair(dilation)})`,
    );
  }
  return [...lines, "print(Y[0, 0])", ""].join("\n");
}
