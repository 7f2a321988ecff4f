// The same computation as PyTorch code that runs as it stands and prints the shown output.

import { shapeOf } from "./shape.js";

export const IMPORTS = ["import torch", "import torch.nn.functional as F", ""];
export const pair = (p) => `(${p.join(", ")})`;

/** A number, or nested lists of numbers, as Python would write them. */
export const literal = (value) =>
  Array.isArray(value) ? `[${value.map(literal).join(", ")}]` : Number.isInteger(value) ? `${value}.0` : String(value);

export const tensor = (name, value) => `${name} = torch.tensor(${literal(value)}, dtype=torch.float64)`;

export function pytorch(config) {
  const { input, kernel, stride, padding, dilation, mode, bias, paddingMode } = config;
  const lines = [...IMPORTS, tensor("X", input)];
  const size = pair(shapeOf(kernel));
  const rounded = config.ceilMode ? ", ceil_mode=True" : "";
  if (mode === "max") {
    lines.push(
      `Y = F.max_pool2d(X[None, None], ${size}, stride=${pair(stride)}, ` +
        `padding=${pair(padding)}, dilation=${pair(dilation)}${rounded})`,
    );
  } else if (mode === "avg") {
    const counted = config.countIncludePad === false ? ", count_include_pad=False" : "";
    lines.push(
      `Y = F.avg_pool2d(X[None, None], ${size}, stride=${pair(stride)}, ` +
        `padding=${pair(padding)}${rounded}${counted})`,
    );
  } else {
    lines.push(tensor("K", kernel));
    const weight = mode === "flip" ? "K.flip(0, 1)[None, None]" : "K[None, None]";
    const offset = bias ? `torch.tensor([${literal(bias)}], dtype=torch.float64)` : "None";
    const copied = padding.some(Boolean) && (paddingMode ?? "zeros") !== "zeros";
    const [rows, columns] = padding;
    if (copied)
      lines.push(
        `P = F.pad(X[None, None], ${pair([columns, columns, rows, rows])}, mode="${paddingMode}")  # last axis first`,
      );
    lines.push(
      `Y = F.conv2d(${copied ? "P" : "X[None, None]"}, ${weight}, ${offset}, stride=${pair(stride)}, ` +
        `${copied ? "" : `padding=${pair(padding)}, `}dilation=${pair(dilation)})`,
    );
  }
  return [...lines, "print(Y[0, 0])", ""].join("\n");
}
