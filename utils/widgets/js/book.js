// For the web book, which has no kernel: starts every widget on the page from its own data-spec.
// What stood there, the first frame as tables, stays where a widget cannot start.

import * as engine from "folder:engine";
import { mount, WIDGETS } from "./registry.js";
import { addLink } from "./view/link.js";
import { showProgress } from "./view/progress.js";
import { pageModel } from "./view/store.js";

const ends = new WeakMap(); // what takes a widget away again
const links = new WeakMap(); // what follows a link to its state

function start(place) {
  if (place.dataset.mounted) return;
  const stage = document.createElement("div");
  try {
    const { explorable: kind, colab } = place.dataset;
    const spec = JSON.parse(place.dataset.spec);
    const model = pageModel({ ...spec, colab });
    ends.set(place, mount({ kind, model, el: stage }));
    if (stage.querySelector(".ex-tools"))
      links.set(place, addLink({ el: stage, id: idOf(place), kind, start: spec, model, mount }));
  } catch (error) {
    console.error(`${place.dataset.explorable} could not start`, error);
    return;
  }
  place.dataset.mounted = "true";
  place.replaceChildren(stage);
}

/** @returns {NodeListOf<HTMLElement>} */
const places = () => document.querySelectorAll("div.explorable[data-explorable]");
/** A widget's name in links: its kind, and the how-manieth of it on the page. */
function idOf(place) {
  const kind = place.dataset.explorable;
  const alike = [...places()].filter((other) => other.dataset.explorable === kind);
  return `${kind}-${alike.indexOf(place) + 1}`;
}

/** Goes to the widget that the address names, and shows its state. Other addresses are left alone. */
function followLink() {
  const { hash } = location;
  const place = hash.includes("?") && [...places()].find((known) => hash.startsWith(`#${idOf(known)}?`));
  if (!place) return;
  start(place);
  if (!links.get(place)?.(hash)) return;
  place.scrollIntoView({ block: place.offsetHeight < innerHeight ? "center" : "start" });
}

const startAll = () => places().forEach(start);

/** Starts the answers anew, so that they show what is remembered. */
function answerAgain() {
  for (const place of places()) {
    if (place.dataset.explorable !== "Answer" || !ends.has(place)) continue;
    ends.get(place)();
    delete place.dataset.mounted;
    start(place);
  }
}

// A widget starts when it comes near, each in a task of its own: a page with five is not held up by
// those that nobody has scrolled to.
function startWhenNear() {
  if (!places().length) return;
  const near = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        near.unobserve(target);
        setTimeout(start, 0, target);
      }
    },
    { rootMargin: "600px 0px" },
  );
  places().forEach((place) => near.observe(place));
  followLink();
  addEventListener("hashchange", followLink);
  showProgress(places(), answerAgain);
}

// Once all scripts of the page have run: those of the widgets come after this one.
let begun = false;
function begin() {
  if (!begun) startWhenNear();
  begun = true;
}
if (document.readyState === "complete") begin();
else for (const moment of ["DOMContentLoaded", "load"]) addEventListener(moment, begin);

/** For the scripts of the widgets, for the tests, and for whoever writes a page of their own. */
export const course = {
  mount,
  pageModel,
  startAll,
  engine,
  get widgets() {
    return Object.keys(WIDGETS);
  },
  add(kind, start) {
    WIDGETS[kind] = start;
  },
  modules: {}, // in the web book, what more than one widget imports (see build.mjs)
};
globalThis.slidingWindowCourse = course;
