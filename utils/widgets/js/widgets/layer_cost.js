// LayerCost: what a convolution's parameters and a machine make of a layer, and which limit it meets.

import * as engine from "../engine/cost.js";
import { h, setText } from "../view/dom.js";
import { createCountField, createPairField, createSelect, createStepper } from "../view/field.js";
import { createBars, createRoofline } from "../view/roofline.js";
import { createPanel, createShell } from "../view/shell.js";
import { createStore } from "../view/store.js";

// [key, label], and for sizes, which are one number or two, the least.
const FIELDS = [
  ["in_channels", "In channels"],
  ["out_channels", "Out channels"],
  ["kernel_size", "Kernel size", 1],
  ["input_size", "Input size", 1],
  ["stride", "Stride", 1],
  ["padding", "Padding", 0],
  ["dilation", "Dilation", 1],
  ["groups", "Groups"],
  ["batch", "Batch"],
];
/** @type {[key: string, label: string, words: {name: string, unit: string, example: number}][]} */
const RATES = [
  ["compute", "Compute, GFLOP/s", { name: "Compute", unit: "GFLOP/s", example: 150 }],
  ["bandwidth", "Bandwidth, GB/s", { name: "Bandwidth", unit: "GB/s", example: 25 }],
];
const BYTES = [
  ["4", "4 (float32)"],
  ["2", "2 (bfloat16)"],
  ["1", "1 (int8)"],
];
const KEYS = [...FIELDS.map(([key]) => key), "bytes_per_number", "compute", "bandwidth"];
const CUSTOM = "Custom";

/** The name of the preset that `state` agrees with. */
const presetOf = (presets, state) =>
  presets.find(([, settings]) =>
    Object.entries(settings).every(([key, value]) => JSON.stringify(state[key]) === JSON.stringify(value)),
  )?.[0] ?? CUSTOM;

/** c_o · k_h with the letters after the underscores lowered. */
const lowered = (symbols) => symbols.split(/_(\w)/).map((text, i) => (i % 2 ? h("sub", {}, text) : text));

export default function layerCost({ model, el }) {
  const store = createStore(model, KEYS, render);
  const shell = createShell({
    el,
    name: "Cost of a layer",
    store,
    snippet: () => engine.costPytorch(store.state),
  });
  const onError = shell.complain;

  function attempt(changes, how) {
    const broken = engine.brokenCost({ ...store.state, ...changes });
    if (!broken) store.commit(changes, how);
    return broken;
  }

  const fields = {};
  for (const [key, label, least] of FIELDS) {
    const make = least === undefined ? createCountField : createPairField;
    const onCommit = (value) => attempt({ [key]: value });
    fields[key] = make({ label, least: least ?? 1, most: engine.MOST, onCommit, onError });
  }
  for (const [key, label, words] of RATES) {
    fields[key] = createStepper({
      label,
      parse: (text) => engine.parseRate(text, words),
      format: (value) => String(engine.rate(value)),
      nudge: (value, by) => value * 2 ** by, // half or twice as fast
      onCommit: (value) => attempt({ [key]: value }),
      onError,
    });
    fields[key].input.inputMode = "decimal";
  }
  for (const key of ["input_size", "compute", "bandwidth"]) fields[key].element.classList.add("is-wide");
  fields.bytes_per_number = createSelect({
    label: "Bytes per number",
    options: BYTES,
    onChange: (value) => onError(attempt({ bytes_per_number: Number(value) }) ?? ""),
  });

  const chooser = (label, presets) => {
    const select = createSelect({
      label,
      options: [...presets.map(([name]) => [name, name]), [CUSTOM, CUSTOM]],
      onChange(name) {
        const found = presets.find(([known]) => known === name);
        if (found) onError(attempt(found[1]) ?? "");
        select.set(presetOf(presets, store.state));
      },
    });
    return select;
  };
  const layers = chooser("Layer preset", engine.LAYERS);
  const machines = chooser("Machine preset", engine.MACHINES);

  const group = (name, ...controls) =>
    h(
      "div",
      { class: "ex-settings", role: "group", "aria-label": name },
      controls.map((control) => control.element),
    );
  const { batch, ...others } = Object.fromEntries(FIELDS.map(([key]) => [key, fields[key]]));
  shell.addMore(
    group("Layer", ...Object.values(others)),
    group("Machine", fields.compute, fields.bandwidth, fields.bytes_per_number),
  );

  // The batch is what one slides: as a number, on a rail, or along the roof.
  const { BATCHES } = engine;
  let sliding = false; // a whole drag is one step for Undo
  function setBatch(value, drags = false) {
    if (value === store.state.batch) return;
    onError(attempt({ batch: value }, { remember: !sliding }) ?? "");
    sliding = drags;
  }
  const drop = () => {
    sliding = false;
  };
  const nearest = (value) => BATCHES.findLastIndex((known) => known <= value);
  const rail = h("input", {
    type: "range",
    min: "0",
    max: String(BATCHES.length - 1),
    "aria-label": "Batch as a slider",
    input: () => setBatch(BATCHES[Number(rail.value)], true),
    change: drop,
    keydown: (event) => event.stopPropagation(),
  });
  const roofline = createRoofline({
    name: "This layer on the roof: its batch",
    onDrag: (intensity) => setBatch(engine.batchAt(store.state, intensity), true),
    onDrop: drop,
    onNudge(by) {
      const next = nearest(store.state.batch) + by;
      setBatch(BATCHES[Math.min(Math.max(next, 0), BATCHES.length - 1)]);
    },
  });

  // A message lies over the verdict, which speaks of what holds.
  const verdict = h("p", { class: "ex-verdict", "data-part": "verdict" });
  const message = shell.root.querySelector("[data-part=message]");
  const bars = createBars(["Arithmetic", "Memory"]);
  const panels = [createPanel("Two times", bars.element), createPanel("Roofline", roofline.element)];
  const asked = h(
    "div",
    { class: "ex-asked" },
    layers.element,
    h("div", { class: "ex-settings ex-batch" }, batch.element, rail),
    machines.element,
    h("div", { class: "ex-lines" }, verdict, message),
    panels[0].element,
  );
  const beside = h("div", { class: "ex-cost" });
  shell.stage.replaceWith(beside);
  shell.stage.append(panels[1].element);
  beside.append(shell.stage, asked);

  const places = { "Output size": shell.shape, "Multiply-adds": shell.arithmetic };
  const answers = engine.results(store.state).map(({ name, symbols }) => {
    const text = places[name] ?? h("p");
    return { text, element: h("div", {}, h("dt", {}, name, " ", h("span", {}, lowered(symbols))), h("dd", {}, text)) };
  });
  // No class of its own: the book's theme takes a dl with a class for documented code.
  const list = h(
    "dl",
    {},
    answers.map(({ element }) => element),
  );
  const numbers = h("details", { class: "ex-more ex-numbers" }, h("summary", {}, "All numbers, with their formulas"));
  numbers.append(list, shell.pointed);
  shell.lines.replaceWith(numbers);
  setText(
    shell.pointed,
    "Each number of input, weights and output is moved once: the least where a layer reads all of its input. " +
      "The GPUs' GFLOP/s are those of float32 without tensor cores.",
  );

  /** The known layers at this batch and precision, by intensity. */
  const compared = (state) =>
    engine.LAYERS.map(([, settings, name]) => ({
      name,
      intensity: engine.layerCost({ ...state, ...settings }).intensity,
    })).sort((a, b) => a.intensity - b.intensity);

  function render() {
    const { state } = store;
    const broken = engine.brokenCost(state);
    shell.complain(broken ?? "");
    if (broken) return;
    for (const key of KEYS) fields[key].set(state[key]);
    layers.set(presetOf(engine.LAYERS, state));
    machines.set(presetOf(engine.MACHINES, state));
    const cost = engine.layerCost(state);
    engine.results(state).forEach(({ text }, i) => setText(answers[i].text, text));
    const said = engine.verdict(state);
    const colon = said.indexOf(":");
    verdict.replaceChildren(h("strong", {}, said.slice(0, colon)), said.slice(colon));
    const times = [cost.secondsCompute, cost.secondsMemory];
    bars.update(times.map((time) => [engine.duration(time), time / Math.max(...times)]));
    panels[0].detail("if only that counted");
    panels[1].detail(`drag the diamond: it changes the batch`);
    const marks = compared(state);
    rail.value = String(nearest(state.batch));
    rail.setAttribute("aria-valuetext", String(state.batch));
    roofline.update({
      reach: engine.reach(state),
      extent: engine.LAYERS.flatMap(([, settings]) => engine.reach({ ...state, ...settings })),
      value: state.batch,
      least: 1,
      most: Math.max(state.batch, BATCHES.at(-1)),
      text: `batch ${state.batch}, ${engine.ratio(cost.intensity)} flop per byte`,
      compute: state.compute,
      bandwidth: state.bandwidth,
      intensity: cost.intensity,
      marks,
      label:
        "Roofline, both axes logarithmic: operations a second against operations per byte. " +
        `It rises up to the ridge at ${engine.ratio(cost.ridge)} and is flat beyond. ` +
        `This layer stands at ${engine.ratio(cost.intensity)}. To compare: ` +
        `${marks.map((mark) => `${mark.name} ${engine.ratio(mark.intensity)}`).join(", ")}.`,
    });
    shell.refresh();
    shell.say(`${engine.short(cost.multiplyAdds)} multiply-adds. ${said.replaceAll("/byte", " per byte")}`);
  }

  render();
  return shell.dispose;
}
