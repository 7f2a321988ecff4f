// MatrixView: a convolution as one matrix product; row, window and output cell light up together.
//
// What stands on the page is true as it is written, whichever matrix M is shown:
//   unrolled kernel          Input ⋆ Kernel = Output    M · x = y
//   the same, transposed     Input ⋆ Kernel = Forward   Mᵀ · y = z, shaped as the input
//   unrolled input           Input ⋆ Kernel = Output    U · k = y
//   the same, transposed     Input ⋆ Kernel = Output    kᵀ · Uᵀ = yᵀ

import * as engine from "../engine/matrix.js";
import { show } from "../engine/numbers.js";
import { outputShape, shapeOf } from "../engine/shape.js";
import { affected, taps } from "../engine/window.js";
import { h, setText } from "../view/dom.js";
import { createChoice, createCountField, createPairField } from "../view/field.js";
import { Grid } from "../view/grid.js";
import { resized } from "../view/kernels.js";
import { createMotion } from "../view/motion.js";
import { createPanel, createShell, ledBy, sign } from "../view/shell.js";
import { createStore } from "../view/store.js";

const KEYS = ["input", "kernel", "stride", "padding", "unroll", "transposed", "step"];
const configOf = (state) => ({ ...state, dilation: [1, 1], mode: "conv", bias: 0 });

export default function matrixView({ model, el }) {
  const store = createStore(model, KEYS, render);
  const shell = createShell({
    el,
    name: "Convolution as a matrix",
    store,
    snippet: () => engine.matrixPytorch(config, engine.goesBack(config)),
  });
  const memory = new Map();
  let config;
  let shown; // the product
  let preview = null;

  const pointAt = (where) => (cell) => {
    preview = cell && { where, cell };
    renderMarks();
  };
  const edit = (key) =>
    shell.editor((row, col, value) => {
      const changed = structuredClone(store.state[key]);
      changed[row][col] = value;
      store.commit({ [key]: changed });
    });
  const pin = (step) => {
    transport.pause();
    preview = null;
    store.commit({ step }, { remember: false });
    renderMarks();
  };
  const input = new Grid({ name: "Input", onPreview: pointAt("input"), onEdit: edit("input") });
  const kernel = new Grid({ name: "Kernel", onPreview: pointAt("kernel"), onEdit: edit("kernel") });
  const table = new Grid({
    name: "Matrix",
    onPreview: pointAt("matrix"),
    onPin: ([row, col]) => pin(engine.isColumn(config) ? row : col),
  });
  const vector = new Grid({ name: "Vector", onPreview: pointAt("vector") });
  const column = new Grid({
    name: "Result",
    onPreview: pointAt("result"),
    onPin: ([row, col]) => pin(row + col),
  });
  const forward = new Grid({ name: "Forward", onPreview: pointAt("forward") });
  const output = new Grid({
    name: "Output",
    onPreview: pointAt("output"),
    onPin: ([row, col]) => pin(row * shown.shape[1] + col),
  });
  const panels = {
    input: createPanel("Input", input.element),
    kernel: createPanel("Kernel", kernel.element),
    output: createPanel("Output", output.element),
    matrix: createPanel("M", table.element),
    vector: createPanel("x", vector.element),
    result: createPanel("y", column.element),
    forward: createPanel("Forward", forward.element),
  };
  const product = h("div", { class: "ex-stage ex-product" });
  const last = sign("=");
  const after = { forward: ledBy("=", panels.forward), output: ledBy(last, panels.output) };
  shell.stage.append(panels.input.element, ledBy("⋆", panels.kernel), after.forward);
  const views = h("div", { class: "ex-views" }, shell.stage);
  const choices = h("div", { class: "ex-choices" });
  shell.root.insertBefore(h("div", { class: "ex-sides" }, choices, views, product), shell.lines);
  const motion = createMotion(shell.root);

  /** Puts the panels in the order in which the shown equations read. */
  let order;
  function arrange() {
    const now = engine.goesBack(config) ? "back" : engine.isColumn(config) ? "column" : "row";
    if (now === order) return;
    order = now;
    const factors = now === "row" ? [panels.vector, panels.matrix] : [panels.matrix, panels.vector];
    product.replaceChildren(factors[0].element, ledBy("·", factors[1]), ledBy("=", panels.result));
    after.forward.hidden = now !== "back";
    (now === "back" ? product : shell.stage).append(after.output);
    setText(last, now === "back" ? "→" : "=");
  }

  const transport = shell.addTransport({
    leave: () => {
      preview = null;
    },
    follow: showProducts,
    speak,
  });

  /** The products rise from the row of the matrix, and land in the result. */
  function showProducts() {
    const at = current();
    const labels = engine
      .terms(config, at)
      .map(([place, a, b]) => ({ element: table.cellAt(...place), text: show(a * b) }));
    motion.fly(labels, column.cellAt(...entry(at)));
  }

  function attempt(changes) {
    const broken = engine.brokenMatrix(configOf({ ...store.state, ...changes }));
    if (broken) return broken;
    transport.pause();
    preview = null;
    store.commit({ ...changes, step: 0 });
    return null;
  }
  const onError = shell.complain;
  const size = (label, axis) =>
    createCountField({
      label,
      least: 1,
      most: 8,
      onError,
      onCommit(value) {
        const wanted = shapeOf(store.state.kernel);
        wanted[axis] = value;
        return attempt({ kernel: resized(store.state.kernel, wanted, memory) });
      },
    });
  const fields = {
    height: size("Kernel height", 0),
    width: size("Kernel width", 1),
    stride: createPairField({ label: "Stride", least: 1, onError, onCommit: (stride) => attempt({ stride }) }),
    padding: createPairField({ label: "Padding", least: 0, onError, onCommit: (padding) => attempt({ padding }) }),
  };
  const unroll = createChoice({
    label: "Unroll",
    options: [
      ["kernel", "Unroll the kernel"],
      ["input", "Unroll the input"],
    ],
    onChange: (value) => attempt({ unroll: value }),
  });
  const turn = createChoice({
    label: "Transpose",
    options: [
      ["false", "As it is"],
      ["true", "Transposed"],
    ],
    onChange: (value) => attempt({ transposed: value === "true" }),
  });
  choices.append(unroll.element, turn.element);
  shell.settings.append(...Object.values(fields).map((field) => field.element));

  /** The cell of a vector's i-th entry. */
  const entry = (i) => (engine.isColumn(config) ? [i, 0] : [0, i]);
  const label = (row, col, text) => `row ${row}, column ${col}, ${text}`.replaceAll("−", "minus ");

  function render() {
    const { state } = store;
    const next = configOf(state);
    const broken = engine.brokenMatrix(next);
    shell.complain(broken ?? "");
    if (broken) return;
    motion.cancel();
    config = next;
    const [h, w] = shapeOf(config.input);
    const [oh, ow] = outputShape(config);
    shown = engine.product(config);
    const { matrix, factor, result, shape } = shown;
    arrange();
    const outside = (row, col) => row < 0 || col < 0 || row >= h || col >= w;
    input.update({
      from: config.padding.map((p) => -p),
      to: [h + config.padding[0], w + config.padding[1]],
      text: (row, col) => (outside(row, col) ? "0" : show(config.input[row][col])),
      padded: outside,
      label,
    });
    kernel.update({ to: shapeOf(config.kernel), text: (u, v) => show(config.kernel[u][v]), label });
    table.update({ to: shapeOf(matrix), text: (r, c) => show(matrix[r][c]), label });
    for (const [grid, values] of [
      [vector, factor],
      [column, result],
    ])
      grid.update({
        to: engine.isColumn(config) ? [values.length, 1] : [1, values.length],
        text: (r, c) => show(values[r + c]),
        label: (r, c, text) => `entry ${r + c}, ${text}`.replaceAll("−", "minus "),
      });
    forward.update({ to: [oh, ow], text: (r, c) => show(shown.forward[r * ow + c]), label });
    output.update({ to: shape, text: (r, c) => show(result[r * shape[1] + c]), label });
    table.mark("is-zero", engine.zeros(config));
    panels.input.detail(`${h}×${w}`);
    panels.kernel.detail(shapeOf(config.kernel).join("×"));
    panels.output.detail(shape.join("×"));
    panels.forward.detail(`${oh}×${ow}`);
    panels.matrix.detail(shapeOf(matrix).join("×"));
    ["matrix", "vector", "result"].forEach((key, i) =>
      setText(panels[key].element.querySelector(".ex-title"), engine.letters(config)[i]),
    );
    const across = engine.isColumn(config) ? 2 : factor.length + result.length;
    product.style.setProperty("--tall", Math.max(matrix.length, engine.isColumn(config) ? factor.length : 0));
    product.style.setProperty("--sum", across + matrix[0].length + (engine.goesBack(config) ? shape[1] : 0));
    setText(shell.shape, engine.shapeText(config));
    unroll.set(state.unroll);
    turn.set(String(state.transposed));
    const k = shapeOf(config.kernel);
    fields.height.set(k[0]);
    fields.width.set(k[1]);
    fields.stride.set(config.stride);
    fields.padding.set(config.padding);
    shell.refresh();
    renderMarks();
    if (!transport.playing) speak();
  }

  const current = () => Math.min(Math.max(store.state.step, 0), shown.result.length - 1);

  function renderMarks() {
    const at = engine.pointedStep(config, preview) ?? current();
    const { matrix, shape } = shown;
    const [row, col] = [Math.floor(at / shape[1]), at % shape[1]];
    const ow = outputShape(config)[1];
    const back = engine.goesBack(config);
    const panes = (length, down) => Array.from({ length }, (_, i) => (down ? [i, 0] : [0, i]));
    if (engine.isColumn(config)) table.moveFrame(at, 0, 1, matrix[0].length, panes(matrix[0].length));
    else table.moveFrame(0, at, matrix.length, 1, panes(matrix.length, true));
    const strip = engine.isColumn(config) ? matrix[0].map((_, i) => [at, i]) : matrix.map((_, i) => [i, at]);
    table.mark("is-window", strip);
    output.mark("is-current", [[row, col]]);
    column.mark("is-current", [entry(at)]);
    output.select(Math.floor(current() / shape[1]), current() % shape[1]);
    column.select(...entry(current()));
    const used = engine.used(config, at);
    vector.mark("is-window", used.map(entry));
    // The outputs that are summed up, or the one that is computed, and the weights that meet them.
    const readers = back ? used.map((o) => [Math.floor(o / ow), o % ow]) : [[row, col]];
    const met = readers.flatMap(([r, c]) => taps(config, r, c));
    forward.mark("is-window", back ? readers : []);
    const window = back ? [[row, col]] : met.map((t) => [t.row, t.col]);
    input.mark("is-window", window);
    if (back) input.moveFrame(...window[0], 1, 1, [[0, 0]]);
    else
      input.moveFrame(
        ...window[0],
        ...shapeOf(config.kernel),
        met.map((t) => [t.u, t.v, `×${show(config.kernel[t.u][t.v])}`]),
      );

    // One entry of the matrix is one weight at one pixel: show both.
    const tap = preview?.where === "matrix" ? engine.tapOf(config, ...preview.cell) : null;
    const part = engine.pointedPart(config, preview);
    const sent = part?.where === "forward" ? part : null;
    const weight = part?.where === "kernel" ? part.cell : null;
    const pixel = part?.where === "input" ? part.cell : null;
    const places = weight
      ? engine.placesOfWeight(config, ...weight)
      : pixel
        ? engine.placesOfPixel(config, ...pixel)
        : sent
          ? engine.placesOfForward(config, sent.held)
          : [];
    const reached = sent ? taps(config, ...sent.cell).filter((t) => !t.padded) : [];
    const fed = pixel ? affected(config, ...pixel) : reached.map((t) => [t.row, t.col]);
    table.mark("is-affected", places);
    output.mark("is-affected", fed);
    column.mark(
      "is-affected",
      fed.map(([r, c]) => entry(r * shape[1] + c)),
    );
    forward.mark("is-pointed", sent ? [sent.cell] : []);
    vector.mark("is-pointed", part?.held === undefined ? [] : [entry(part.held)]);
    kernel.mark("is-pointed", weight ? [weight] : []);
    const reading = back ? met.filter((t) => t.row === row && t.col === col) : [];
    kernel.mark(
      "is-affected",
      (tap ? [tap] : reading).map((t) => [t.u, t.v]),
    );
    input.mark("is-pointed", pixel ? [pixel] : tap ? [[tap.row, tap.col]] : []);
    transport.set(current(), shown.result.length);
    setText(shell.arithmetic, engine.written(config, at));
    setText(
      shell.pointed,
      engine.pointedText(config, at, {
        weight,
        pixel,
        forward: sent,
        entry: preview?.where === "matrix" && preview.cell,
      }),
    );
  }

  function speak() {
    const [at, width] = [current(), shown.shape[1]];
    const value = show(shown.result[at]).replace("−", "minus ");
    shell.say(
      `Step ${at + 1} of ${shown.result.length}. Output row ${Math.floor(at / width)}, column ${at % width} is ${value}.`,
    );
  }

  render();
  return shell.dispose;
}
