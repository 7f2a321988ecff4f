// For the web book, which has no kernel: starts every widget on the page from its own data-spec.
// What stood there, the first frame as tables, stays where a widget cannot start.

import * as engine from "folder:engine";
import { mount, WIDGETS } from "./registry.js";
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
  engine,
};
