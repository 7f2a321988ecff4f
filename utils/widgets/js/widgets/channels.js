// Channels: planes in, a bank of filters, partial sums, planes out.

import * as engine from "../engine/channels.js";
import { bracket, show } from "../engine/numbers.js";
import { outputShape, shapeOf } from "../engine/shape.js";
import { arithmetic, brokenRule, taps } from "../engine/window.js";
import { h, setText } from "../view/dom.js";
import { createCountField, createPairField } from "../view/field.js";
import { Grid } from "../view/grid.js";
import { createPanel, createShell } from "../view/shell.js";
import { createStore } from "../view/store.js";
import { createTransport } from "../view/transport.js";
import { resized } from "../view/kernels.js";

const KEYS = ["planes", "filters", "groups", "stride", "padding", "tints", "step"];
const grouped = (x) => x.toLocaleString("en-US");

export default function channels({ model, el }) {
  const store = createStore(model, KEYS, render);
  const shell = createShell({ el, name: "Channels", store, snippet: () => engine.channelsPytorch(store.state) });
  let preview = null;
  let outputs = [];
  let grids = null;
  // Every weight ever shown, by output and input channel: grouping hides some, and gives them back.
  const bank = new Map();
  const slices = new Map();

  const rows = Object.fromEntries(
    ["inputs", "kernels", "outputs"].map((name) => [name, h("div", { class: "ex-stage" })]),
  );
  const partial = h("ol", { class: "ex-partials", "data-part": "partials" });
  const step = (title, row) => h("div", { class: "ex-layer" }, h("p", { class: "ex-title" }, title), row);
  shell.stage.classList.add("ex-column");
  shell.stage.append(
    step("Input: one plane for each channel", rows.inputs),
    step("The filter of the chosen output channel: one slice for each plane it reads", rows.kernels),
    step("Output: one plane for each filter", rows.outputs),
  );
  shell.arithmetic.before(partial);

  const transport = createTransport({
    onStep(to) {
      preview = null;
      store.commit({ step: to }, { remember: false });
    },
    onPlaying: (playing) => !playing && speak(),
  });
  shell.addTransport(transport);

  const broken = (state) =>
    engine.brokenGroups(state.planes.length, state.filters.length, state.groups) ??
    brokenRule(engine.slice(state, 0, 0));

  function attempt(changes) {
    const next = { ...store.state, ...changes };
    const rule = broken(next);
    if (rule) return rule;
    const [o, r, c] = cellOf();
    const [oh, ow] = engine.planeShape(next);
    transport.pause();
    preview = null;
    store.commit({ ...changes, step: (o * oh + Math.min(r, oh - 1)) * ow + Math.min(c, ow - 1) });
    return null;
  }

  /** The filter bank under another number of groups; slices that come back have their old weights. */
  function regrouped(groups) {
    const { planes, filters } = store.state;
    const rule = engine.brokenGroups(planes.length, filters.length, groups);
    if (rule) return rule;
    remember();
    const shape = shapeOf(filters[0][0]);
    const zeros = Array.from({ length: shape[0] }, () => new Array(shape[1]).fill(0));
    const next = filters.map((_, o) =>
      engine.feeding({ planes, filters, groups }, o).map((c) => bank.get(`${o},${c}`) ?? zeros),
    );
    return attempt({ groups, filters: next });
  }
  function remember() {
    store.state.filters.forEach((filter, o) =>
      engine.feeding(store.state, o).forEach((c, j) => bank.set(`${o},${c}`, filter[j])),
    );
  }

  function sized(axis) {
    return (size) => {
      const shape = shapeOf(store.state.filters[0][0]);
      shape[axis] = size;
      bank.clear();
      const filters = store.state.filters.map((filter, o) =>
        filter.map((weights, j) => {
          const key = `${o},${j}`;
          if (!slices.has(key)) slices.set(key, new Map());
          return resized(weights, shape, slices.get(key));
        }),
      );
      return attempt({ filters });
    };
  }
  const onError = shell.complain;
  const fields = {
    groups: createCountField({ label: "Groups", least: 1, most: 64, onCommit: regrouped, onError }),
    height: createCountField({ label: "Kernel height", least: 1, most: 9, onCommit: sized(0), onError }),
    width: createCountField({ label: "Kernel width", least: 1, most: 9, onCommit: sized(1), onError }),
    stride: createPairField({ label: "Stride", least: 1, onCommit: (stride) => attempt({ stride }), onError }),
    padding: createPairField({ label: "Padding", least: 0, onCommit: (padding) => attempt({ padding }), onError }),
  };
  shell.settings.append(...Object.values(fields).map((field) => field.element));

  const pointAt = (where, index) => (cell) => {
    preview = cell && { where, index, cell };
    renderMarks();
  };
  const edit = (apply) =>
    shell.editor((row, col, value) => {
      const { planes, filters } = structuredClone(store.state);
      apply(planes, filters, row, col, value);
      store.commit({ planes, filters });
    });

  /** Grids for this many channels; made again only when the numbers of channels change. */
  function build() {
    const { planes, filters } = store.state;
    const key = [planes.length, filters.length].join();
    if (grids?.key === key) return;
    const make = (count, word, options) =>
      Array.from({ length: count }, (_, index) => {
        const grid = new Grid({ name: `${word} ${index}`, ...options(index) });
        return { grid, panel: createPanel(`${word} ${index}`, grid.element) };
      });
    grids = {
      key,
      inputs: make(planes.length, "Input", (index) => ({
        onPreview: pointAt("input", index),
        onEdit: edit((p, f, row, col, value) => {
          p[index][row][col] = value;
        }),
      })),
      kernels: make(planes.length, "Kernel", (index) => ({
        onPreview: pointAt("kernel", index),
        onEdit: edit((p, filters_, row, col, value) => {
          const [o] = cellOf();
          filters_[o][engine.feeding(store.state, o).indexOf(index)][row][col] = value;
        }),
      })),
      outputs: make(filters.length, "Output", (index) => ({
        onPreview: pointAt("output", index),
        onPin([row, col]) {
          transport.pause();
          preview = null;
          const [oh, ow] = engine.planeShape(store.state);
          store.commit({ step: (index * oh + row) * ow + col }, { remember: false });
          renderMarks();
        },
      })),
    };
    for (const name of ["inputs", "kernels", "outputs"])
      rows[name].replaceChildren(...grids[name].map(({ panel }) => panel.element));
  }

  const label = (word, index) => (row, col, text) =>
    `${word} ${index}, row ${row}, column ${col}, ${text}`.replaceAll("−", "minus ");

  function cellOf() {
    const [oh, ow] = engine.planeShape(store.state);
    const at = Math.min(Math.max(store.state.step, 0), store.state.filters.length * oh * ow - 1);
    return [Math.floor(at / (oh * ow)), Math.floor(at / ow) % oh, at % ow];
  }

  function render() {
    const { state } = store;
    const rule = broken(state);
    shell.complain(rule ?? "");
    if (rule) return;
    build();
    outputs = engine.output(state);
    const n = shapeOf(state.planes[0]);
    const outside = (row, col) => row < 0 || col < 0 || row >= n[0] || col >= n[1];
    grids.inputs.forEach(({ grid, panel }, c) => {
      grid.update({
        from: state.padding.map((p) => -p),
        to: n.map((size, axis) => size + state.padding[axis]),
        text: (row, col) => (outside(row, col) ? "0" : show(state.planes[c][row][col])),
        padded: outside,
        label: label("input", c),
      });
      const tint = state.tints[c];
      if (!tint) return;
      const largest = Math.max(1, ...state.planes[c].flat().map(Math.abs));
      panel.detail(tint);
      for (const { element, row, col } of grid.cells.values()) {
        element.dataset.level = "";
        element.style.setProperty("--tint", `var(--${tint})`);
        const value = outside(row, col) ? 0 : state.planes[c][row][col];
        element.style.setProperty("--level", Math.round((45 * Math.abs(value)) / largest));
      }
    });
    grids.outputs.forEach(({ grid }, o) =>
      grid.update({
        to: engine.planeShape(state),
        text: (row, col) => show(outputs[o][row][col]),
        label: label("output", o),
      }),
    );
    const { parameters, multiplyAdds, factors, places } = engine.cost(state);
    setText(
      shell.shape,
      `Weights: ${factors.join("·")} = ${grouped(parameters)} (output channels · input channels read · height · width)\n` +
        `Multiply-adds: ${grouped(parameters)} · ${places.join("·")} places = ${grouped(multiplyAdds)}`,
    );
    const k = shapeOf(state.filters[0][0]);
    fields.groups.set(state.groups);
    fields.height.set(k[0]);
    fields.width.set(k[1]);
    fields.stride.set(state.stride);
    fields.padding.set(state.padding);
    shell.refresh();
    renderMarks();
    if (!transport.playing) speak();
  }

  function renderMarks() {
    const { state } = store;
    const at = cellOf();
    const [o, r, c] = preview?.where === "output" ? [preview.index, ...preview.cell] : at;
    const feeding = engine.feeding(state, o);
    const k = shapeOf(state.filters[0][0]);
    grids.kernels.forEach(({ grid, panel }, plane) => {
      const j = feeding.indexOf(plane);
      panel.element.hidden = j < 0;
      if (j < 0) return;
      grid.update({ to: k, text: (u, v) => show(state.filters[o][j][u][v]), label: label("kernel", plane) });
      panel.detail(`of output ${o}`);
    });
    grids.inputs.forEach(({ grid, panel }, plane) => {
      const lit = feeding.includes(plane);
      panel.element.classList.toggle("is-off", !lit);
      grid.frame.hidden = !lit;
      const found = lit ? taps(engine.slice(state, o, plane), r, c) : [];
      grid.mark("is-window", found.map((t) => [t.row, t.col]));
      if (lit) grid.moveFrame(found[0].row, found[0].col, ...k);
      const same = preview?.where === "kernel" && preview.index === plane && lit;
      grid.mark("is-pointed", same ? found.filter((t) => t.u === preview.cell[0] && t.v === preview.cell[1]).map((t) => [t.row, t.col]) : []);
    });
    const from = preview?.where === "input" ? preview : null;
    grids.outputs.forEach(({ grid, panel }, index) => {
      const chosen = index === o;
      panel.detail(chosen ? "chosen" : "");
      grid.mark("is-current", chosen ? [[r, c]] : []);
      const fed = [];
      if (from && engine.feeding(state, index).includes(from.index)) {
        const window = engine.slice(state, index, from.index);
        const [oh, ow] = outputShape(window);
        for (let i = 0; i < oh; i++)
          for (let j = 0; j < ow; j++)
            if (taps(window, i, j).some((t) => t.row === from.cell[0] && t.col === from.cell[1])) fed.push([i, j]);
      }
      grid.mark("is-affected", fed);
    });
    const [oh, ow] = engine.planeShape(state);
    transport.set((at[0] * oh + at[1]) * ow + at[2], state.filters.length * oh * ow);
    const sums = engine.partials(state, o, r, c);
    partial.replaceChildren(
      ...feeding.map((plane) => h("li", { value: plane }, arithmetic(engine.slice(state, o, plane), r, c))),
    );
    setText(shell.pointed, `Output ${o} at (${r}, ${c}): what each plane adds, then the total`);
    setText(
      shell.arithmetic,
      `${sums.map((s, i) => (i ? bracket(s) : show(s))).join(" + ")} = ${show(outputs[o][r][c])}`,
    );
  }

  function speak() {
    const [o, r, c] = cellOf();
    const total = shell.arithmetic.textContent.replaceAll("−", "minus ");
    shell.say(`Output channel ${o}, row ${r}, column ${c}: ${total}`);
  }

  render();
  return () => {
    transport.pause();
    store.dispose();
    shell.dispose();
  };
}
