// DenseToConv: all the weights of a dense layer in sight, then shared, then local.

import * as layer from "../engine/dense.js";
import { bracket, grouped, show } from "../engine/numbers.js";
import { h, setText } from "../view/dom.js";
import { createChoice, createCountField } from "../view/field.js";
import { Grid } from "../view/grid.js";
import { createMotion } from "../view/motion.js";
import { createPanel, createShell, ledBy } from "../view/shell.js";
import { createStore } from "../view/store.js";

const KEYS = ["image", "dense", "shared", "delta", "stage", "step"];
const STAGES = [
  ["dense", "1 Dense"],
  ["shared", "2 Shared"],
  ["local", "3 Local"],
];
const SAID = {
  dense: "Every output has weights of its own for every pixel.",
  shared: "One table of weights, by offset, serves every output: translation invariance.",
  local: "Offsets beyond Δ are gone: locality. This is a convolutional layer.",
};
const MEGAPIXEL = 1000;

export default function denseToConv({ model, el }) {
  const store = createStore(model, KEYS, render);
  const shell = createShell({
    el,
    name: "From dense to convolution",
    store,
    snippet: () => layer.densePytorch(store.state),
  });
  let preview = null;
  let outputs = [];
  let largest = 1;

  // The weights stand as n × n blocks, one for each output, of n × n weights, one for each pixel.
  const split = (row, col) => {
    const n = store.state.image.length;
    return [Math.floor(row / n), Math.floor(col / n), row % n, col % n];
  };
  /** @param {number[]} place [i, j, k, l] */
  const join = ([i, j, k, l]) => {
    const n = store.state.image.length;
    return [i * n + k, j * n + l];
  };
  const pointAt = (where) => (cell) => {
    preview = cell && { where, cell };
    renderMarks();
  };
  const weights = new Grid({
    name: "Weights",
    onPreview: pointAt("weights"),
    onEdit: edit((state, row, col, value) => {
      const [i, j, k, l] = split(row, col);
      const n = state.image.length;
      if (state.stage === "dense") state.dense[i * n + j][k * n + l] = value;
      else state.shared[k - i + n - 1][l - j + n - 1] = value;
    }),
  });
  const input = new Grid({
    name: "Input",
    onPreview: pointAt("input"),
    onEdit: edit((state, row, col, value) => {
      state.image[row][col] = value;
    }),
  });
  const output = new Grid({
    name: "Output",
    onPreview: pointAt("output"),
    onPin([row, col]) {
      transport.pause();
      preview = null;
      store.commit({ step: row * store.state.image.length + col }, { remember: false });
      renderMarks();
    },
  });

  function edit(apply) {
    return shell.editor((row, col, value) => {
      const { image, dense, shared, stage } = structuredClone(store.state);
      apply({ image, dense, shared, stage }, row, col, value);
      store.commit({ image, dense, shared });
    });
  }

  // The one table of all the weights that are left, by offset; the reach is a frame around its middle.
  const table = new Grid({
    name: "Shared table",
    onPreview: pointAt("table"),
    onEdit: edit((state, row, col, value) => {
      state.shared[row + state.image.length - 1][col + state.image.length - 1] = value;
    }),
  });
  const motion = createMotion(shell.root);
  const panels = {
    table: createPanel("Shared table", table.element),
    weights: createPanel("Weights", weights.element),
    input: createPanel("Input", input.element),
    output: createPanel("Output", output.element),
  };
  panels.weights.element.classList.add("ex-weights");
  shell.stage.classList.add("ex-dense");
  shell.stage.append(
    panels.weights.element,
    ledBy("·", panels.input),
    ledBy("=", panels.output),
    h("div", { class: "ex-table ex-weights" }, panels.table.element),
  );

  const stage = createChoice({
    label: "Stage",
    options: STAGES,
    onChange(value) {
      transport.pause();
      preview = null;
      store.commit({ stage: value });
    },
  });
  const said = h("p", { class: "ex-pointed ex-said", "data-part": "stage" });
  const transport = shell.addTransport({
    leave: () => {
      preview = null;
    },
    follow: showProducts,
    speak,
  });
  const delta = createCountField({
    label: "Reach Δ",
    least: 0,
    most: () => store.state.image.length - 1,
    onCommit(value) {
      store.commit({ delta: value });
      return null;
    },
    onError: shell.complain,
  });
  shell.settings.append(stage.element, delta.element, said);
  shell.settings.classList.add("ex-stages");
  shell.root.insertBefore(shell.settings, shell.stage);

  const label = (row, col, text) => `row ${row}, column ${col}, ${text}`.replaceAll("−", "minus ");

  /** Shades the cells of a grid of weights by size. */
  function shade(grid, at) {
    for (const { element, row, col } of grid.cells.values()) {
      const value = at(row, col);
      element.dataset.level = "";
      element.style.setProperty("--level", Math.round((34 * Math.abs(value)) / largest));
      element.style.setProperty("--tint", value < 0 ? "var(--window)" : "var(--weight)");
    }
  }

  /** The products rise from the input, and land in the output. */
  function showProducts() {
    const at = cellOf();
    const labels = layer.reads(store.state, ...at).map(([k, l]) => ({
      element: input.cellAt(k, l),
      text: show(store.state.image[k][l] * layer.weight(store.state, ...at, k, l)),
    }));
    motion.fly(labels, output.cellAt(...at));
  }

  function renderTable() {
    const { state } = store;
    const n = state.image.length;
    const reach = state.stage === "local" ? state.delta : n - 1;
    const kept = (a, b) => state.stage !== "dense" && Math.max(Math.abs(a), Math.abs(b)) <= reach;
    const at = (a, b) => state.shared[a + n - 1][b + n - 1];
    table.update({
      from: [1 - n, 1 - n],
      to: [n, n],
      text: (a, b) => (kept(a, b) ? show(at(a, b)) : ""),
      label: (a, b, text) => `offset (${a}, ${b}), ${text || "no weight"}`.replaceAll(/[−-](?=\d)/g, "minus "),
      editable: kept,
    });
    shade(table, (a, b) => (kept(a, b) ? at(a, b) : 0));
    table.mark(
      "is-unread",
      [...table.cells.values()].map((c) => [c.row, c.col]).filter((c) => !kept(...c)),
    );
    table.moveFrame(-reach, -reach, 2 * reach + 1, 2 * reach + 1);
    const side = 2 * reach + 1;
    panels.table.detail(
      { dense: "none yet", shared: `${side}×${side}, by offset`, local: `the kernel, ${side}×${side}` }[state.stage],
    );
    table.frame.hidden = state.stage === "dense";
  }

  function render() {
    const { state } = store;
    const n = state.image.length;
    motion.cancel();
    outputs = layer.output(state);
    largest = Math.max(1, ...state.dense.flat().map(Math.abs), ...state.shared.flat().map(Math.abs));
    const here = (row, col) => layer.present(state, ...split(row, col));
    const at = (row, col) => layer.weight(state, ...split(row, col));
    weights.update({
      to: [n * n, n * n],
      text: (row, col) => (here(row, col) ? show(at(row, col)) : ""),
      label(row, col, text) {
        const [i, j, k, l] = split(row, col);
        const value = text === "" ? "no weight" : `weight ${text.replace("−", "minus ")}`;
        return `output (${i}, ${j}), pixel (${k}, ${l}), ${value}`;
      },
      editable: here,
    });
    shade(weights, at);
    for (const { element, row, col } of weights.cells.values()) {
      element.classList.toggle("is-block-row", row % n === n - 1 && row < n * n - 1);
      element.classList.toggle("is-block-col", col % n === n - 1 && col < n * n - 1);
    }
    renderTable();
    weights.mark(
      "is-unread",
      [...weights.cells.values()].filter((c) => !here(c.row, c.col)).map((c) => [c.row, c.col]),
    );
    input.update({ to: [n, n], text: (r, c) => show(state.image[r][c]), label });
    output.update({ to: [n, n], text: (r, c) => show(outputs[r][c]), label });
    const { count, text } = layer.parameters(state.stage, n, state.delta);
    const large = layer.parameters(state.stage, MEGAPIXEL, state.delta);
    panels.weights.detail(`${n}×${n} for each output`);
    panels.input.detail(`${n}×${n}`);
    panels.output.detail(`${n}×${n}`);
    setText(said, SAID[state.stage]);
    setText(
      shell.shape,
      `Parameters: ${text} = ${grouped(count)}\n` +
        `On a picture of ${MEGAPIXEL}×${MEGAPIXEL}: ${large.text} = ${grouped(large.count)}`,
    );
    stage.set(state.stage);
    delta.set(state.delta);
    delta.disable(state.stage !== "local", "The reach matters once weights are local.");
    shell.refresh();
    renderMarks();
    if (!transport.playing) speak();
  }

  const cellOf = () => {
    const n = store.state.image.length;
    const step = Math.min(Math.max(store.state.step, 0), n * n - 1);
    return [Math.floor(step / n), step % n];
  };

  function renderMarks() {
    const { state } = store;
    const n = state.image.length;
    const at = cellOf();
    const pointed = preview?.where === "weights" ? split(...preview.cell) : null;
    const shown = preview?.where === "output" ? preview.cell : pointed ? pointed.slice(0, 2) : at;
    const read = layer.reads(state, ...shown);
    weights.moveFrame(...join([...shown, 0, 0]), n, n);
    weights.mark("is-pointed", pointed ? [preview.cell] : []);
    // A weight of the table stands in the block of each output that it serves.
    const offset = preview?.where === "table" && state.stage !== "dense" ? preview.cell : null;
    const named = offset ? [...offset.map((a) => Math.max(0, -a)), ...offset.map((a) => Math.max(0, a))] : pointed;
    const same = named && layer.present(state, ...named) ? layer.tied(state, ...named) : [];
    const own =
      same.length && pointed && state.stage !== "dense" ? [[pointed[2] - pointed[0], pointed[3] - pointed[1]]] : [];
    table.mark("is-pointed", offset ? [offset] : []);
    table.mark("is-affected", own);
    const from = preview?.where === "input" ? preview.cell : null;
    const users = [];
    if (from)
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++) if (layer.present(state, i, j, ...from)) users.push([i, j]);
    weights.mark("is-affected", from ? users.map((o) => join([...o, ...from])) : same.map(join));
    input.mark("is-window", read);
    input.mark("is-pointed", from ? [from] : pointed ? [pointed.slice(2)] : []);
    output.mark("is-affected", users);
    output.mark("is-current", [shown]);
    output.select(...at);
    transport.set(at[0] * n + at[1], n * n);
    const terms = read.map(([k, l], index) => {
      const x = state.image[k][l];
      return `${index ? bracket(x) : show(x)}×${bracket(layer.weight(state, ...shown, k, l))}`;
    });
    setText(shell.arithmetic, `${terms.join(" + ")} = ${show(outputs[shown[0]][shown[1]])}`);
    if (named)
      setText(
        shell.pointed,
        same.length
          ? `This weight stands in ${same.length} place${same.length > 1 ? "s" : ""}: one parameter`
          : "No weight here: the pixel is farther than Δ",
      );
    else if (from) setText(shell.pointed, `Input (${from.join(", ")}) feeds ${users.length} outputs`);
    else setText(shell.pointed, `Output (${shown.join(", ")})`);
  }

  function speak() {
    const [r, c] = cellOf();
    const n = store.state.image.length;
    shell.say(
      `Step ${r * n + c + 1} of ${n * n}. Output row ${r}, column ${c} is ${show(outputs[r][c]).replace("−", "minus ")}.`,
    );
  }

  render();
  return shell.dispose;
}
