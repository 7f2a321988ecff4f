// MatrixView: a convolution as one matrix product; row, window and output cell light up together.

import * as engine from "../engine/matrix.js";
import { bracket, show } from "../engine/numbers.js";
import { effectiveKernelSize, outputShape, shapeOf } from "../engine/shape.js";
import { affected, brokenRule, taps } from "../engine/window.js";
import { setText } from "../view/dom.js";
import { createChoice, createCountField, createPairField } from "../view/field.js";
import { Grid } from "../view/grid.js";
import { createPanel, createShell, ledBy } from "../view/shell.js";
import { createStore } from "../view/store.js";
import { createTransport } from "../view/transport.js";
import { resized } from "../view/kernels.js";

const KEYS = ["input", "kernel", "stride", "padding", "unroll", "transposed", "step"];
const MOST = 64;
const sum = (pairs) =>
  pairs.map(([a, b], i) => `${i ? bracket(a) : show(a)}×${bracket(b)}`).join(" + ") || "0";

export default function matrixView({ model, el }) {
  const store = createStore(model, KEYS, render);
  const shell = createShell({
    el,
    name: "Convolution as a matrix",
    store,
    snippet: () => engine.matrixPytorch(config, store.state.transposed && store.state.unroll === "kernel"),
  });
  const memory = new Map();
  let config;
  let matrix = [];
  let result = [];
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
    onPin: ([row, col]) => pin(lines() ? row : col),
  });
  const vector = new Grid({ name: "Vector", onPreview: pointAt("vector") });
  const output = new Grid({
    name: "Output",
    onPreview: pointAt("output"),
    onPin: ([row, col]) => pin(row * shape()[1] + col),
  });
  const panels = {
    input: createPanel("Input", input.element),
    kernel: createPanel("Kernel", kernel.element),
    output: createPanel("Output", output.element),
    matrix: createPanel("Matrix", table.element),
    vector: createPanel("Vector", vector.element),
  };
  panels.matrix.element.classList.add("ex-matrix");
  panels.vector.element.classList.add("ex-matrix");
  const product = document.createElement("div");
  product.className = "ex-stage";
  product.append(panels.matrix.element, ledBy("·", panels.vector));
  shell.stage.append(panels.input.element, ledBy("⋆", panels.kernel), ledBy("=", panels.output));
  shell.root.insertBefore(product, shell.pointed);

  const transport = createTransport({
    onStep(step) {
      preview = null;
      store.commit({ step }, { remember: false });
    },
    onPlaying: (playing) => !playing && speak(),
  });
  shell.addBeforeSettings(transport.element);

  function attempt(changes) {
    const next = { ...store.state, ...changes };
    const full = { ...next, dilation: [1, 1], mode: "conv", bias: 0 };
    const broken = brokenRule(full);
    if (broken) return broken;
    const outputs = outputShape(full).reduce((a, b) => a * b);
    if (Math.max(outputs, shapeOf(next.input).reduce((a, b) => a * b)) > MOST)
      return `The matrix would have more than ${MOST} rows or columns. Use less padding, or more stride.`;
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
  shell.root.insertBefore(unroll.element, shell.stage);
  shell.root.insertBefore(turn.element, shell.stage);
  shell.settings.append(...Object.values(fields).map((field) => field.element));

  /** Whether a step is a row of the shown matrix: not so where the unrolled input is transposed. */
  const lines = () => !(store.state.transposed && store.state.unroll === "input");
  /** Whether the product goes back from outputs to input pixels. */
  const back = () => store.state.transposed && store.state.unroll === "kernel";
  const shape = () => (back() ? shapeOf(config.input) : outputShape(config));
  const label = (row, col, text) => `row ${row}, column ${col}, ${text}`.replaceAll("−", "minus ");

  function render() {
    const { state } = store;
    const next = { ...state, dilation: [1, 1], mode: "conv", bias: 0 };
    const broken = brokenRule(next);
    shell.complain(broken ?? "");
    if (broken) return;
    config = next;
    const [h, w] = shapeOf(config.input);
    const [oh, ow] = outputShape(config);
    const forward = engine.times(engine.kernelMatrix(config), config.input.flat());
    const rows = state.unroll === "kernel" ? engine.kernelMatrix(config) : engine.inputMatrix(config);
    matrix = state.transposed ? engine.transpose(rows) : rows;
    const factor = back() ? forward : state.unroll === "kernel" ? config.input.flat() : config.kernel.flat();
    result = back() ? engine.times(matrix, forward) : forward;
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
    vector.update({ to: [factor.length, 1], text: (i) => show(factor[i]), label: (i, _, text) => `entry ${i}, ${text}` });
    output.update({ to: shape(), text: (r, c) => show(result[r * shape()[1] + c]), label });
    // Zeros that hold for any kernel, and not because a weight happens to be zero.
    const fixed = [];
    if (state.unroll === "kernel") {
      for (let r = 0; r < oh * ow; r++) {
        const read = new Set(taps(config, Math.floor(r / ow), r % ow).filter((t) => !t.padded).map((t) => t.row * w + t.col));
        for (let c = 0; c < h * w; c++) if (!read.has(c)) fixed.push(state.transposed ? [c, r] : [r, c]);
      }
    }
    table.mark("is-zero", fixed);
    panels.input.detail(`${h}×${w}`);
    panels.kernel.detail(shapeOf(config.kernel).join("×"));
    panels.output.detail(`${shape().join("×")}${back() ? ": the transpose, times the convolution's output" : ""}`);
    panels.matrix.detail(shapeOf(matrix).join("×"));
    panels.vector.detail(back() ? "the convolution's output" : state.unroll === "kernel" ? "the input, row by row" : "the kernel, row by row");
    const entries = matrix.length * matrix[0].length;
    setText(
      shell.shape,
      state.unroll === "kernel"
        ? `${entries} entries, ${entries - fixed.length} of them from ${config.kernel.flat().length} weights, ${fixed.length} zeros by construction`
        : `${entries} entries copied from ${h * w} pixels${state.transposed ? ": the layout of torch's unfold" : ""}`,
    );
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

  const count = () => shape()[0] * shape()[1];
  const current = () => Math.min(Math.max(store.state.step, 0), count() - 1);

  /** The step that the reader points at. */
  function pointedStep() {
    if (preview?.where === "output") return preview.cell[0] * shape()[1] + preview.cell[1];
    if (preview?.where === "matrix") return preview.cell[lines() ? 0 : 1];
    if (preview?.where === "input" && back()) {
      const [row, col] = preview.cell;
      const [h, w] = shapeOf(config.input);
      if (row >= 0 && col >= 0 && row < h && col < w) return row * w + col;
    }
    return current();
  }

  function renderMarks() {
    const at = pointedStep();
    const width = shape()[1];
    const [row, col] = [Math.floor(at / width), at % width];
    const [h, w] = shapeOf(config.input);
    const [oh, ow] = outputShape(config);
    const strip = matrix.flatMap((_, r) => matrix[0].map((__, c) => [r, c])).filter(([r, c]) => (lines() ? r : c) === at);
    table.mark("is-window", strip);
    if (lines()) table.moveFrame(at, 0, 1, matrix[0].length);
    else table.moveFrame(0, at, matrix.length, 1);
    output.mark("is-current", [[row, col]]);
    const [r0, c0] = [Math.floor(current() / width), current() % width];
    output.select(r0, c0);
    let pairs;
    let used;
    if (back()) {
      const readers = affected(config, row, col);
      input.mark("is-window", [[row, col]]);
      input.moveFrame(row, col, 1, 1);
      used = readers.map(([r, c]) => r * ow + c);
      pairs = used.map((o) => [matrix[at][o], Number(engine.times(engine.kernelMatrix(config), config.input.flat())[o])]);
      kernel.mark("is-affected", readers.flatMap(([r, c]) => taps(config, r, c).filter((t) => t.row === row && t.col === col).map((t) => [t.u, t.v])));
    } else {
      const found = taps(config, row, col);
      input.mark("is-window", found.map((t) => [t.row, t.col]));
      input.moveFrame(found[0].row, found[0].col, ...shapeOf(config.kernel).map((k) => effectiveKernelSize(k, 1)));
      pairs = found.map((t) => [t.padded ? 0 : config.input[t.row][t.col], config.kernel[t.u][t.v]]);
      used = store.state.unroll === "kernel" ? found.filter((t) => !t.padded).map((t) => t.row * w + t.col) : found.map((_, i) => i);
      kernel.mark("is-affected", []);
    }
    vector.mark("is-window", used.map((i) => [i, 0]));
    // One entry of the matrix is one weight at one pixel: show both.
    let pointed = null;
    if (preview?.where === "matrix") {
      const [r, c] = preview.cell;
      const [o, p] = store.state.transposed ? [c, r] : [r, c];
      const tap = taps(config, Math.floor(o / ow), o % ow).find((t, i) =>
        store.state.unroll === "kernel" ? !t.padded && t.row * w + t.col === p : i === p,
      );
      pointed = tap ?? "none";
      if (tap) kernel.mark("is-affected", [[tap.u, tap.v]]);
    }
    const weight = preview?.where === "kernel" ? preview.cell : null;
    kernel.mark("is-pointed", weight ? [weight] : []);
    const places = [];
    if (weight)
      for (let o = 0; o < oh * ow; o++)
        taps(config, Math.floor(o / ow), o % ow).forEach((t, i) => {
          if (t.u !== weight[0] || t.v !== weight[1]) return;
          const p = store.state.unroll === "kernel" ? (t.padded ? null : t.row * w + t.col) : i;
          if (p !== null) places.push(store.state.transposed ? [p, o] : [o, p]);
        });
    table.mark("is-affected", places);
    input.mark("is-pointed", pointed && pointed !== "none" ? [[pointed.row, pointed.col]] : []);
    transport.set(current(), count());
    setText(shell.arithmetic, `${sum(pairs)} = ${show(result[at])}`);
    const line = `${lines() ? "Row" : "Column"} ${at} of the matrix: ${back() ? "input pixel" : "output"} (${row}, ${col})`;
    if (pointed === "none") setText(shell.pointed, `${line}. This entry is zero for any kernel: the window does not reach the pixel`);
    else if (pointed) setText(shell.pointed, `${line}. This entry: weight (${pointed.u}, ${pointed.v}) at pixel (${pointed.row}, ${pointed.col})`);
    else if (weight) setText(shell.pointed, `Weight (${weight.join(", ")}) stands in ${places.length} places of the matrix`);
    else setText(shell.pointed, line);
  }

  function speak() {
    const at = current();
    const width = shape()[1];
    shell.say(`Step ${at + 1} of ${count()}. Output row ${Math.floor(at / width)}, column ${at % width} is ${show(result[at]).replace("−", "minus ")}.`);
  }

  render();
  return () => {
    transport.pause();
    store.dispose();
    shell.dispose();
  };
}
