// For the web book, which has no kernel: starts every widget on the page from its own data-spec.
// What stood there, the first frame as tables, stays where a widget cannot start.

import { mount, WIDGETS } from "./registry.js";
import * as channels from "./engine/channels.js";
import * as cost from "./engine/cost.js";
import * as dense from "./engine/dense.js";
import * as image from "./engine/image.js";
import * as matrix from "./engine/matrix.js";
import * as shape from "./engine/shape.js";
import * as numbers from "./engine/numbers.js";
import * as snippet from "./engine/snippet.js";
import * as transposed from "./engine/transposed.js";
import * as window_ from "./engine/window.js";
import { pageModel } from "./view/store.js";

function start(place) {
  if (place.dataset.mounted) return;
  const stage = document.createElement("div");
  try {
    const spec = JSON.parse(place.dataset.spec);
    mount({ kind: place.dataset.explorable, model: pageModel(spec), el: stage });
  } catch (error) {
    console.error(`${place.dataset.explorable} could not start`, error);
    return;
  }
  place.dataset.mounted = "true";
  place.replaceChildren(stage);
}

const startAll = () => document.querySelectorAll("div.explorable[data-explorable]").forEach(start);

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", startAll);
else startAll();

// For the tests and for whoever writes a page of their own.
globalThis.slidingWindowCourse = {
  mount,
  pageModel,
  widgets: Object.keys(WIDGETS),
  engine: { channels, cost, dense, image, matrix, numbers, shape, snippet, transposed, window: window_ },
};
