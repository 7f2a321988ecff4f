// Every widget by name, and the one way to start one.

import { channels } from "./widgets/channels.js";
import { denseToConv } from "./widgets/dense_to_conv.js";
import { imageFilter } from "./widgets/image_filter.js";
import { layerCost } from "./widgets/layer_cost.js";
import { matrixView } from "./widgets/matrix_view.js";
import { shapeCalculator } from "./widgets/shape_calculator.js";
import { slidingWindow } from "./widgets/sliding_window.js";
import { transposed } from "./widgets/transposed.js";

export const WIDGETS = {
  Channels: channels,
  DenseToConv: denseToConv,
  ImageFilter: imageFilter,
  LayerCost: layerCost,
  MatrixView: matrixView,
  ShapeCalculator: shapeCalculator,
  SlidingWindow: slidingWindow,
  Transposed: transposed,
};

/** Starts the widget; returns the function that takes it away again. */
export function mount({ kind, model, el }) {
  const start = WIDGETS[kind];
  if (!start) throw new Error(`no widget is called ${kind}; there are ${Object.keys(WIDGETS).join(", ")}`);
  return start({ model, el });
}
