// Channels: planes in, a bank of filters, partial sums, planes out. Each plane has a lane: the plane,
// the slice of the chosen filter that meets it, and what it adds. The outputs stand beside the lanes.

import * as engine from "../engine/channels.js";
import { bracket, grouped, show } from "../engine/numbers.js";
import { outputShape, shapeOf } from "../engine/shape.js";
import { arithmetic, taps } from "../engine/window.js";
import { h, setText } from "../view/dom.js";
import { createCountField, createPairField, createSelect } from "../view/field.js";
import { Grid } from "../view/grid.js";
import { resized } from "../view/kernels.js";
import { createMotion } from "../view/motion.js";
import { createPanel, createShell, sign } from "../view/shell.js";
import { createStore } from "../view/store.js";

const KEYS = ["planes", "filters", "groups", "stride", "padding", "tints", "step"];
const MOST = 20; // products that fly at once; of more only the sums

export default function channels({ model, el }) {
  const store = createStore(model, KEYS, render);
  const shell = createShell({ el, name: "Channels", store, snippet: () => engine.channelsPytorch(store.state) });
  let preview = null;
  let outputs = [];
  let grids = null;
  // Every weight ever shown, by output and input channel: grouping hides some, and gives them back.
  const bank = new Map();
  const slices = new Map();

  const lanes = h("div", { class: "ex-lanes" });
  const results = h("div", { class: "ex-results" });
  shell.stage.classList.add("is-channels");
  shell.stage.append(lanes, results);
  const motion = createMotion(shell.root);

  const transport = shell.addTransport({
    leave: () => {
      preview = null;
    },
    follow: showSums,
    speak,
  });

  function attempt(changes) {
    const next = { ...store.state, ...changes };
    const rule = engine.broken(next);
    if (rule) return rule;
    const [o, r, c] = cellOf();
    const [oh, ow] = engine.planeShape(next);
    transport.pause();
    preview = null;
    store.commit({ ...changes, step: (o * oh + Math.min(r, oh - 1)) * ow + Math.min(c, ow - 1) });
    return null;
  }

  const regrouped = (groups) => attempt({ groups, filters: engine.regrouped(store.state, groups, bank) });

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
    groups: createSelect({ label: "Groups", options: [], onChange: (value) => regrouped(Number(value)) }),
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
        return { grid, panel: createPanel(`${word} ${index}`, grid.element), sum: h("b"), way: h("span") };
      });
    grids = {
      key,
      inputs: make(planes.length, "Input", (index) => ({
        onPreview: pointAt("input", index),
        onEdit: edit((p, _f, row, col, value) => {
          p[index][row][col] = value;
        }),
      })),
      kernels: make(planes.length, "Kernel", (index) => ({
        onPreview: pointAt("kernel", index),
        onEdit: edit((_p, filters_, row, col, value) => {
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
    grids.lanes = grids.kernels.map(({ panel, sum, way }, index) =>
      h(
        "div",
        { class: "ex-lane" },
        grids.inputs[index].panel.element,
        h("div", { class: "ex-adds" }, sign("⋆"), panel.element, h("p", { class: "ex-sum" }, way, sum)),
      ),
    );
    lanes.replaceChildren(...grids.lanes);
    results.replaceChildren(...grids.outputs.map(({ panel }) => panel.element));
    const legal = engine.legalGroups(store.state);
    fields.groups.select.replaceChildren(...legal.map((g) => h("option", { value: g }, String(g))));
    fields.groups.element.hidden = legal.length < 2;
  }

  /** Products rise from the windows to what each plane adds, and these land in the output. */
  function showSums() {
    const [{ state }, [o, r, c]] = [store, cellOf()];
    const planes = engine.feeding(state, o);
    const products = planes.flatMap((plane) =>
      engine.products(state, o, plane, r, c).map(({ row, col, value }) => ({
        element: grids.inputs[plane].grid.cellAt(row, col),
        text: show(value),
        to: grids.kernels[plane].sum,
      })),
    );
    const many = products.length > MOST;
    const sums = planes.map((plane) => {
      const { sum } = grids.kernels[plane];
      return { element: sum, text: sum.textContent, delay: many ? 0 : 600 };
    });
    motion.fly([...(many ? [] : products), ...sums], grids.outputs[o].grid.cellAt(r, c), 600);
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
    const rule = engine.broken(state);
    shell.complain(rule ?? "");
    if (rule) return;
    motion.cancel();
    build();
    outputs = engine.output(state);
    const n = shapeOf(state.planes[0]);
    const high = Math.max(n[0] + 2 * state.padding[0], engine.planeShape(state)[0]);
    const wide = n[1] + 2 * state.padding[1] + shapeOf(state.filters[0][0])[1];
    const terms = shapeOf(state.filters[0][0]).reduce((a, b) => a * b);
    const room = { lanes: Math.max(state.planes.length, state.filters.length), high, wide, terms };
    for (const [name, value] of Object.entries(room)) shell.stage.style.setProperty(`--${name}`, value);
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
      grids.lanes[c].style.setProperty("--tint", `var(--${tint || "line"})`);
      if (!tint) return;
      const largest = Math.max(1, ...state.planes[c].flat().map(Math.abs));
      panel.detail(tint);
      for (const { element, row, col } of grid.cells.values()) {
        element.dataset.level = "";
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
    const sums = engine.partials(state, o, r, c);
    grids.kernels.forEach(({ grid, panel, sum, way }, plane) => {
      const j = feeding.indexOf(plane);
      grids.lanes[plane].classList.toggle("is-off", j < 0);
      if (j < 0) return;
      grid.update({ to: k, text: (u, v) => show(state.filters[o][j][u][v]), label: label("kernel", plane) });
      grid.mark("is-pointed", preview?.where === "kernel" && preview.index === plane ? [preview.cell] : []);
      panel.detail(`of output ${o}`);
      const written = arithmetic(engine.slice(state, o, plane), r, c);
      setText(way, `${written.slice(0, written.lastIndexOf("=") + 1)}\u00a0`); // the sum stays beside its sign
      setText(sum, show(sums[j]));
    });
    grids.inputs.forEach(({ grid }, plane) => {
      const j = feeding.indexOf(plane);
      const lit = j >= 0;
      grid.frame.hidden = !lit;
      const found = lit ? taps(engine.slice(state, o, plane), r, c) : [];
      grid.mark(
        "is-window",
        found.map((t) => [t.row, t.col]),
      );
      const panes = found.map((t) => [t.u, t.v, `×${show(state.filters[o][j][t.u][t.v])}`]);
      if (lit) grid.moveFrame(found[0].row, found[0].col, ...k, panes);
      const same = preview?.where === "kernel" && preview.index === plane && lit;
      grid.mark(
        "is-pointed",
        same ? found.filter((t) => t.u === preview.cell[0] && t.v === preview.cell[1]).map((t) => [t.row, t.col]) : [],
      );
    });
    const from = preview?.where === "input" ? preview : null;
    grids.outputs.forEach(({ grid, panel }, index) => {
      const chosen = index === o;
      panel.element.classList.toggle("is-chosen", chosen);
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
    const total = show(outputs[o][r][c]);
    const several = sums.length > 1; // one plane's sum is the total, and stands beside it already
    const added = several ? "what each plane adds, then the total" : "its only plane adds all of it";
    setText(shell.pointed, `Output ${o} at (${r}, ${c}): ${added}`);
    const terms = sums.map((s, i) => (i ? bracket(s) : show(s)));
    setText(shell.arithmetic, several ? `${terms.join(" + ")} = ${total}` : total);
  }

  function speak() {
    const [o, r, c] = cellOf();
    const total = shell.arithmetic.textContent.replaceAll("−", "minus ");
    shell.say(`Output channel ${o}, row ${r}, column ${c}: ${total}`);
  }

  render();
  return shell.dispose;
}
