// Every widget by name, and the one way to start one.

import { denseToConv } from "./widgets/dense_to_conv.js";
import { imageFilter } from "./widgets/image_filter.js";
import { shapeCalculator } from "./widgets/shape_calculator.js";
import { slidingWindow } from "./widgets/sliding_window.js";

export const WIDGETS = {
  DenseToConv: denseToConv,
  ImageFilter: imageFilter,
  ShapeCalculator: shapeCalculator,
  SlidingWindow: slidingWindow,
};

/** Starts the widget; returns the function that takes it away again. */
export function mount({ kind, model, el }) {
  const start = WIDGETS[kind];
  if (!start) throw new Error(`no widget is called ${kind}; there are ${Object.keys(WIDGETS).join(", ")}`);
  return start({ model, el });
}
