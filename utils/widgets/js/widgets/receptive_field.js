// ReceptiveField: a stack of layers that the reader builds, and what a unit of it sees of the input.

import { show } from "../engine/numbers.js";
import * as engine from "../engine/stack.js";
import { h, setText } from "../view/dom.js";
import { createButton, createCountField } from "../view/field.js";
import { createFunnel } from "../view/funnel.js";
import { createPlane } from "../view/plane.js";
import { createPanel, createShell } from "../view/shell.js";
import { createStore } from "../view/store.js";

const KEYS = ["layers", "size", "layer", "unit", "step"];
const PALEST = 20; // per cent, of a unit on one path among many
const DARKEST = 85;

export default function receptiveField({ model, el }) {
  const store = createStore(model, KEYS, render);
  const snippet = () => engine.stackPytorch({ ...store.state, ...chosen() });
  const shell = createShell({ el, name: "Receptive field", store, snippet });
  let units = [];
  let fields = [];
  let preview = null; // a unit that is pointed at
  let pointed = null; // what is pointed at and feeds others
  let edited = null; // the layer whose settings are shown, where it is not the unit's

  const clamp = (x, most) => Math.min(Math.max(x, 0), most);
  /** The chosen unit and how far down its field is shown. */
  function chosen() {
    const layer = clamp(store.state.layer, units.length - 1);
    return { layer, unit: clamp(store.state.unit, units[layer] - 1), step: clamp(store.state.step, layer) };
  }
  const at = () => preview ?? chosen();
  const isUnit = (/** @type {number[]} */ [level, index]) => index >= 0 && index < units[level];
  const settled = () => clamp((edited ?? (store.state.layer || 1)) - 1, store.state.layers.length - 1);

  const funnel = createFunnel({
    told: ["units", "size", "jump", "start"],
    units: ["pixel", "unit"],
    onPreview(cell) {
      preview = cell?.[0] && isUnit(cell) ? { layer: cell[0], unit: cell[1], step: cell[0] } : null;
      pointed = cell && !preview ? cell : null;
      renderMarks();
    },
    onPick(cell) {
      if (!isUnit(cell)) return;
      transport.pause();
      const [layer, unit] = cell;
      preview = pointed = edited = null;
      store.commit({ layer, unit, step: layer }, { remember: false });
      renderSettings();
      renderMarks();
      funnel.reveal(layer, 0);
    },
    onLevel(level) {
      edited = level;
      renderSettings();
      renderMarks();
    },
  });
  const plane = createPlane();
  const square = createPanel("In two dimensions", plane.element);
  square.element.classList.add("ex-two");
  shell.stage.classList.add("ex-field-of");
  shell.stage.append(funnel.element, square.element);

  const transport = shell.addTransport({
    leave: () => {
      preview = pointed = null;
    },
    follow: (step) => funnel.reveal(chosen().layer - step + 1, chosen().layer - step),
    speak,
  });

  /** Changes the stack, if it holds; a unit in the middle stays there, and so does one of the last layer. */
  function attempt(changes) {
    const { state } = store;
    const next = { ...state, ...changes };
    const broken = engine.brokenStack(next);
    if (broken) return broken;
    transport.pause();
    preview = pointed = null;
    const now = chosen();
    const counts = engine.unitsOf(next);
    const isLast = now.layer === state.layers.length;
    const layer = isLast ? next.layers.length : Math.min(now.layer, next.layers.length);
    const isMiddle = now.unit === units[now.layer] >> 1;
    const unit = isMiddle || layer !== now.layer ? counts[layer] >> 1 : Math.min(now.unit, counts[layer] - 1);
    const step = now.step === now.layer ? layer : Math.min(now.step, layer);
    store.commit({ ...changes, layer, unit, step });
    return null;
  }
  /** The same for a button, which has no field to mark. */
  const press = (changes) => shell.complain(attempt(changes) ?? "");

  const presets = engine.PRESETS.map(([name, layers, size]) =>
    createButton(name, () => {
      edited = null;
      press({ layers, size });
    }),
  );
  const strip = h("div", { class: "ex-ways ex-stacks", role: "group", "aria-label": "Presets" }, presets);
  shell.root.insertBefore(strip, shell.stage);

  const whose = h("p", { class: "ex-title ex-whose" });
  const fieldsOfLayer = engine.SETTINGS.map(([label, , least, most], i) =>
    createCountField({
      label,
      least,
      most,
      onError: shell.complain,
      onCommit: (value) =>
        attempt({ layers: store.state.layers.map((layer, l) => (l === settled() ? layer.with(i, value) : layer)) }),
    }),
  );
  const size = createCountField({
    label: "Input size",
    least: 1,
    most: engine.LARGEST_INPUT,
    onError: shell.complain,
    onCommit: (value) => attempt({ size: value }),
  });
  shell.settings.append(whose, ...fieldsOfLayer.map((field) => field.element), size.element);
  const add = createButton("Add a layer", () => {
    edited = null;
    press({ layers: [...store.state.layers, engine.NEW] });
  });
  const remove = createButton("Remove", () => {
    const layers = store.state.layers.toSpliced(settled(), 1);
    edited = null;
    press({ layers });
  });
  shell.tools.prepend(add, remove);

  function render() {
    const { state } = store;
    const broken = engine.brokenStack(state);
    shell.complain(broken ?? "");
    if (broken) return;
    units = engine.unitsOf(state);
    fields = engine.fieldsOf(state.layers);
    funnel.update({
      extent: engine.extent(state),
      levels: units.map((n, level) => {
        const padding = state.layers[level]?.[2] ?? 0;
        const { size: r, jump, start } = fields[level];
        return {
          name: level ? `Layer ${level}` : "Input",
          note: level ? engine.layerText(state.layers[level - 1]) : "",
          told: [n, r, jump, start].map(show),
          from: -padding,
          to: n + padding,
          n,
          first: engine.placeOf(fields[level], -padding),
          wide: jump,
        };
      }),
    });
    const same = (layers, n) => n === state.size && JSON.stringify(layers) === JSON.stringify(state.layers);
    engine.PRESETS.forEach(([, layers, n], i) => presets[i].setAttribute("aria-pressed", String(same(layers, n))));
    size.set(state.size);
    const { layer, unit } = chosen();
    funnel.select([layer, unit]);
    renderSettings();
    renderMarks();
    shell.refresh();
    if (!transport.playing) speak();
  }

  function renderSettings() {
    const index = settled();
    setText(whose, `Layer ${index + 1}`);
    fieldsOfLayer.forEach((field, i) => field.set(store.state.layers[index][i]));
    setText(remove, `Remove layer ${index + 1}`);
    remove.classList.toggle("is-idle", store.state.layers.length === 1);
    add.classList.toggle("is-idle", store.state.layers.length === engine.MOST);
  }

  function renderMarks() {
    const { state } = store;
    const now = at();
    const { layer, unit, step } = now;
    const seen = engine.reach(state, layer, unit);
    const fed = pointed ? engine.feeds(state, pointed[0], pointed[1]) : [];
    const bottom = layer - step;
    funnel.mark({
      current: [layer, unit],
      edited: settled() + 1,
      levels: units.map((n, level) => {
        const padding = state.layers[level]?.[2] ?? 0;
        const shown = level <= layer && level >= bottom;
        const { ways } = shown ? seen[level] : { ways: new Map() };
        const most = Math.max(...ways.values());
        const shade = (count) => Math.round(PALEST + ((DARKEST - PALEST) * count) / most);
        return {
          shades: new Map([...ways].map(([index, count]) => [index, shade(count)])),
          marks: { "is-skipped": new Set(shown ? engine.holes(seen[level], n, padding) : []) },
          fed: new Set(pointed && level > pointed[0] ? fed[level] : []),
          ...(shown && level > bottom ? between(seen, level) : { links: [] }),
        };
      }),
    });
    const words = engine.squareText(state, now);
    square.detail(words);
    plane.draw({
      extent: engine.extent(state),
      n: units[bottom],
      wide: fields[bottom].jump,
      place: (index) => engine.placeOf(fields[bottom], index),
      seen: seen[bottom],
      label: words,
    });
    setText(shell.pointed, pointed ? engine.feedsText(state, pointed[0], pointed[1]) : engine.seenText(state, now));
    setText(shell.arithmetic, engine.sizeText(state, now));
    setText(shell.shape, engine.placeText(state, now));
    const { step: shown, layer: whole } = chosen();
    transport.set(shown, whole + 1);
  }

  /** What is drawn between a level and the one below: who reads whom, and the corners around them. */
  function between(seen, level) {
    const links = engine.links(store.state, seen, level);
    if (!links.length) return { links };
    const ends = [level, level - 1].flatMap((row, side) => {
      const read = links.map((pair) => pair[side]);
      return [Math.min(...read), Math.max(...read) + 1].map((index) => engine.placeOf(fields[row], index));
    });
    return { links, edges: ends };
  }

  function speak() {
    shell.say(engine.spokenStack(store.state, chosen()));
  }

  render();
  return shell.dispose;
}
