// A widget's state in the page's address, for others and for later:
//   #SlidingWindow-2?stride=[2,2]&mode=max
// is the second SlidingWindow of the page, and what of it is not as it started.

import { LARGEST } from "../engine/numbers.js";
import { h, icon, setText } from "./dom.js";
import { pageModel } from "./store.js";

const LINK = "M6.5 9.5l3-3M7 4.5l1.5-1.5a3 3 0 0 1 4.5 4.5L11.5 9M9 11.5 7.5 13A3 3 0 0 1 3 8.5L4.5 7";
const DONE = "M3 8.5l3.5 3.5L13 4.5";
const POSITIONS = new Set(["step", "row", "column", "layer", "unit", "channel", "product"]);
const RESIZED = new Set(["input", "kernel", "filters", "layers", "dilations"]); // the others are as large as they started
const LONGEST = 64; // rows or columns

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const shapeOf = (value) => (Array.isArray(value) ? [value.length, ...shapeOf(value[0])] : []);

/** Whether a value from an address is of the form of the value at the start. */
function alike(start, value, resized) {
  if (!Array.isArray(start))
    return (
      typeof value === typeof start &&
      typeof value !== "object" &&
      (typeof value !== "number" || Number.isFinite(value))
    );
  if (!Array.isArray(value) || !value.length || value.length > LONGEST) return false;
  if (!resized && value.length !== start.length) return false;
  const shape = shapeOf(value[0]);
  return value.every(
    (part) => alike(start[0], part, resized) && same(shapeOf(part), shape) && !(Math.abs(part) > LARGEST),
  );
}

/** Whether a widget takes this state: each of its fields as if it were typed, and its rules. */
function holds(mount, kind, state) {
  const el = h("div");
  let end;
  try {
    end = mount({ kind, model: pageModel(state), el });
    const all = (selector, test) => [...el.querySelectorAll(selector)].every(test);
    return (
      all("[data-part=message]", (message) => message.textContent === "") &&
      all("input", (input) => input.dispatchEvent(new Event("ex-check", { cancelable: true }))) &&
      all("select", (select) => select.selectedIndex >= 0) &&
      all("[role=radiogroup]", (group) => group.querySelector(":checked"))
    );
  } catch {
    return false;
  } finally {
    end?.();
  }
}

/** The state that an address gives the widget called `id`, or null. */
function readState(hash, id, kind, start, mount) {
  if (!hash.startsWith(`#${id}?`)) return null;
  const state = { ...start };
  try {
    for (const part of hash.slice(id.length + 2).split("&")) {
      if (!part) continue;
      const [key, written] = decodeURIComponent(part).split("=");
      const value = typeof start[key] === "string" ? written : JSON.parse(written);
      if (!Object.hasOwn(start, key) || !alike(start[key], value, RESIZED.has(key))) return null;
      if (POSITIONS.has(key) && !(Number.isInteger(value) && value >= 0 && value <= LARGEST)) return null;
      state[key] = value;
    }
  } catch {
    return null; // not written by `writeState`
  }
  return holds(mount, kind, state) ? state : null;
}

function writeState(id, start, model) {
  const text = (value) => (typeof value === "string" ? value : JSON.stringify(value));
  const differs = (key) => !same(start[key], model.get(key)) && alike(start[key], model.get(key), true);
  const parts = Object.keys(start)
    .filter(differs)
    .map((key) => `${key}=${text(model.get(key)).replace(/[^\w[\],.+-]/g, encodeURIComponent)}`);
  return `#${id}?${parts.join("&")}`;
}

/** Gives a widget of the page its button Copy link; returns what follows a link to it, and says whether it did. */
export function addLink({ el, id, kind, start, model, mount }) {
  const live = el.querySelector("[data-part=live]");
  let drawn = null;
  const button = h(
    "button",
    { type: "button", class: "ex-button ex-link", title: "Copy link", click: copy },
    icon(LINK),
  );
  button.setAttribute("aria-label", "Copy link");
  el.querySelector(".ex-tools").append(button);

  async function copy() {
    history.replaceState(history.state, "", writeState(id, start, model));
    const copied = await navigator.clipboard?.writeText(location.href).then(
      () => true,
      () => false,
    );
    setText(live, copied ? "Link copied." : "The link is in the address bar.");
    button.title = live.textContent;
    button.replaceChildren(icon(DONE));
    clearTimeout(drawn);
    drawn = setTimeout(() => {
      button.title = "Copy link";
      button.replaceChildren(icon(LINK));
    }, 2000);
  }

  return (hash) => {
    const state = readState(hash, id, kind, start, mount);
    for (const key in state) model.set(key, structuredClone(state[key]));
    return state !== null;
  };
}
