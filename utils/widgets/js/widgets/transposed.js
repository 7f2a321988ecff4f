// Transposed: the transposed convolution by stamping and by zero insertion, stepped together.

import { bracket, show } from "../engine/numbers.js";
import { outputSize, shapeOf } from "../engine/shape.js";
import * as engine from "../engine/transposed.js";
import { h, setText } from "../view/dom.js";
import { createCountField, createPairField } from "../view/field.js";
import { Grid } from "../view/grid.js";
import { createPanel, createShell, ledBy } from "../view/shell.js";
import { createStore } from "../view/store.js";
import { createTransport } from "../view/transport.js";
import { resized } from "../view/kernels.js";

const KEYS = ["input", "kernel", "stride", "padding", "output_padding", "step"];
const configOf = (state) => ({ ...state, outputPadding: state.output_padding });

export default function transposed({ model, el }) {
  const store = createStore(model, KEYS, render);
  const shell = createShell({
    el,
    name: "Transposed convolution",
    store,
    snippet: () => engine.transposedPytorch(config),
  });
  const memory = { input: new Map(), kernel: new Map() };
  let config;
  let cells = [];
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
  const input = new Grid({
    name: "Input",
    onPreview: pointAt("input"),
    onEdit: edit("input"),
  });
  const kernel = new Grid({ name: "Kernel", onPreview: pointAt("kernel"), onEdit: edit("kernel") });
  const output = new Grid({ name: "Output", onPreview: pointAt("output") });
  const wide = new Grid({ name: "Zero-inserted", onPreview: pointAt("wide") });
  const turned = new Grid({ name: "Turned" });
  const again = new Grid({ name: "Convolved", onPreview: pointAt("output") });
  const panels = {
    input: createPanel("Input", input.element),
    kernel: createPanel("Kernel", kernel.element),
    output: createPanel("Sum of the stamps", output.element),
    wide: createPanel("Input with zeros between", wide.element),
    turned: createPanel("Kernel, turned by 180°", turned.element),
    again: createPanel("Convolution of the two", again.element),
  };
  const column = (title, ...content) =>
    h("div", {}, h("p", { class: "ex-title" }, title), h("div", { class: "ex-stage" }, content));
  shell.stage.append(
    h(
      "div",
      { class: "ex-pair" },
      column("Stamping", panels.input.element, panels.kernel.element, ledBy("→", panels.output)),
      column("Zero insertion", panels.wide.element, panels.turned.element, ledBy("→", panels.again)),
    ),
  );

  const transport = createTransport({
    onStep(step) {
      preview = null;
      store.commit({ step }, { remember: false });
    },
    onPlaying: (playing) => !playing && speak(),
  });
  shell.addTransport(transport);

  function attempt(changes) {
    const broken = engine.brokenTransposed(configOf({ ...store.state, ...changes }));
    if (broken) return broken;
    transport.pause();
    preview = null;
    const last = shapeOf(changes.input ?? store.state.input).reduce((a, b) => a * b) - 1;
    store.commit({ ...changes, step: Math.min(store.state.step, last) });
    return null;
  }
  const onError = shell.complain;
  const sized = (label, key, axis, most) =>
    createCountField({
      label,
      least: 1,
      most,
      onError,
      onCommit(value) {
        const wanted = shapeOf(store.state[key]);
        wanted[axis] = value;
        return attempt({ [key]: resized(store.state[key], wanted, memory[key]) });
      },
    });
  const pairField = (label, key, least) =>
    createPairField({ label, least, most: 8, onError, onCommit: (value) => attempt({ [key]: value }) });
  const fields = {
    kernelHeight: sized("Kernel height", "kernel", 0, 7),
    kernelWidth: sized("Kernel width", "kernel", 1, 7),
    stride: pairField("Stride", "stride", 1),
    padding: pairField("Padding", "padding", 0),
    output_padding: pairField("Output padding", "output_padding", 0),
    inputHeight: sized("Input height", "input", 0, 8),
    inputWidth: sized("Input width", "input", 1, 8),
  };
  shell.settings.append(
    ...["kernelHeight", "kernelWidth", "stride", "padding", "output_padding"].map((key) => fields[key].element),
  );
  shell.addMore(fields.inputHeight.element, fields.inputWidth.element);

  const label = (row, col, text) => `row ${row}, column ${col}, ${text}`.replaceAll("−", "minus ");

  const current = () => {
    const [h_, w] = shapeOf(config.input);
    return Math.min(Math.max(store.state.step, 0), h_ * w - 1);
  };

  function render() {
    const next = configOf(store.state);
    const broken = engine.brokenTransposed(next);
    shell.complain(broken ?? "");
    if (broken) return;
    config = next;
    const n = shapeOf(config.input);
    const k = shapeOf(config.kernel);
    const out = engine.transposedShape(config);
    const seen = current() + 1;
    input.update({ to: n, text: (i, j) => show(config.input[i][j]), label });
    kernel.update({ to: k, text: (u, v) => show(config.kernel[u][v]), label });
    // All that is stamped, the part that padding crops included.
    const sums = engine.stamped(config, seen);
    const far = [0, 1].map((a) => Math.max(out[a], (n[a] - 1) * config.stride[a] + k[a] - config.padding[a]));
    const cropped = (row, col) => row < 0 || col < 0 || row >= out[0] || col >= out[1];
    output.update({
      from: config.padding.map((p) => -p),
      to: far,
      text: (row, col) => show(sums.get(`${row},${col}`) ?? 0),
      padded: cropped,
      label: (row, col, text) => `${label(row, col, text)}${cropped(row, col) ? ", cropped" : ""}`,
    });
    cells = engine.stretched(config, seen);
    wide.update({
      to: shapeOf(cells),
      text: (r, c) => show(cells[r][c].value),
      padded: (r, c) => cells[r][c].kind === "border",
      label: (r, c, text) => `${label(r, c, text)}, ${cells[r][c].kind}`,
    });
    const gaps = [];
    cells.forEach((line, r) => line.forEach((cell, c) => cell.kind === "gap" && gaps.push([r, c])));
    wide.mark("is-zero", gaps);
    const flipped = engine.turned(config.kernel);
    turned.update({ to: k, text: (u, v) => show(flipped[u][v]), label });
    const values = engine.byZeroInsertion(config, seen);
    again.update({ to: out, text: (r, c) => show(values[r][c]), label });

    panels.input.detail(n.join("×"));
    panels.kernel.detail(k.join("×"));
    panels.output.detail(`${out.join("×")}${config.padding.some(Boolean) ? ", dashed cells are cropped" : ""}`);
    panels.wide.detail(shapeOf(cells).join("×"));
    panels.turned.detail(k.join("×"));
    panels.again.detail(out.join("×"));
    const sizes = ["Height", "Width"].map((word, a) => {
      const { stride, padding, outputPadding } = config;
      return `${word} (${n[a]} − 1)·${stride[a]} − 2·${padding[a]} + ${k[a]} + ${outputPadding[a]} = ${out[a]}`;
    });
    setText(shell.shape, [...sizes, undoes(n, k, out)].join("\n"));
    fields.kernelHeight.set(k[0]);
    fields.kernelWidth.set(k[1]);
    fields.inputHeight.set(n[0]);
    fields.inputWidth.set(n[1]);
    for (const key of ["stride", "padding", "output_padding"]) fields[key].set(config[key]);
    shell.refresh();
    renderMarks();
    if (!transport.playing) speak();
  }

  /** The direct convolution whose shapes this one undoes, and what its stride forgets. */
  function undoes(n, k, out) {
    const { stride, padding } = config;
    const direct = `Undoes the shape of a convolution with kernel ${k.join("×")}, stride ${stride.join("×")}, padding ${padding.join("×")}`;
    const sizes = [0, 1].map((a) => {
      const least = (n[a] - 1) * stride[a] - 2 * padding[a] + k[a];
      return Array.from({ length: stride[a] }, (_, extra) => least + extra).filter(
        (size) => size > 0 && outputSize(size, k[a], stride[a], padding[a]) === n[a],
      );
    });
    if (sizes.every((s) => s.length < 2)) return `${direct}: ${out.join("×")} to ${n.join("×")}`;
    const told = sizes.map((s, a) => `${s.join(", ")} ${a ? "columns" : "rows"} to ${n[a]}`).join("; ");
    return `${direct}. It takes ${told}: output padding says which one to come back to`;
  }

  function renderMarks() {
    const n = shapeOf(config.input);
    const k = shapeOf(config.kernel);
    const at = current();
    const [i, j] = [Math.floor(at / n[1]), at % n[1]];
    const out = engine.transposedShape(config);
    const target =
      preview?.where === "output" && preview.cell.every((x, a) => x >= 0 && x < out[a]) ? preview.cell : null;
    const from =
      preview?.where === "input"
        ? preview.cell
        : preview?.where === "wide" && cells[preview.cell[0]][preview.cell[1]].kind === "input"
          ? [cells[preview.cell[0]][preview.cell[1]].i, cells[preview.cell[0]][preview.cell[1]].j]
          : null;
    const [a, b] = from ?? [i, j];
    const stamp = engine.stamp(config, a, b);
    const before = [0, 1].map((axis) => k[axis] - 1 - config.padding[axis]);
    const placed = (x, y) => [before[0] + x * config.stride[0], before[1] + y * config.stride[1]];

    output.mark("is-window", target ? [] : stamp.map((t) => [t.row, t.col]));
    output.frame.hidden = Boolean(target);
    if (!target) output.moveFrame(stamp[0].row, stamp[0].col, ...k);
    const sources = target ? engine.stampedBy(config, ...target).filter(([x, y]) => x * n[1] + y <= at) : [];
    input.mark("is-current", target ? [] : [[a, b]]);
    input.mark("is-affected", sources.map(([x, y]) => [x, y]));
    input.mark("is-skipped", config.input.flatMap((line, x) => line.map((_, y) => [x, y])).filter(([x, y]) => x * n[1] + y > at));
    wide.mark("is-current", target ? [] : [placed(a, b)]);
    wide.mark("is-affected", sources.map(([x, y]) => placed(x, y)));
    wide.mark("is-window", target ? windowCells(target, k) : []);
    wide.frame.hidden = !target;
    if (target) wide.moveFrame(...target, ...k);
    output.mark("is-current", target ? [target] : []);
    const reached = stamp.filter((t) => !t.cropped).map((t) => [t.row, t.col]);
    again.mark("is-current", target ? [target] : []);
    again.mark("is-window", target ? [] : reached);
    const weight = preview?.where === "kernel" ? preview.cell : null;
    kernel.mark("is-pointed", weight ? [weight] : []);
    turned.mark("is-pointed", weight ? [[k[0] - 1 - weight[0], k[1] - 1 - weight[1]]] : []);
    output.mark("is-affected", weight ? stamp.filter((t) => t.u === weight[0] && t.v === weight[1]).map((t) => [t.row, t.col]) : []);
    transport.set(at, n[0] * n[1]);

    if (target) {
      const terms = sources.map(([x, y, w], index) => `${index ? bracket(config.input[x][y]) : show(config.input[x][y])}×${bracket(w)}`);
      const total = sources.reduce((s, [x, y, w]) => s + config.input[x][y] * w, 0);
      setText(shell.arithmetic, `${terms.join(" + ") || "0"} = ${show(total)}`);
      const told = terms.length ? "the stamps that cover it, and the window that reads it" : "no stamp covers it yet";
      setText(shell.pointed, `Output (${target.join(", ")}): ${told}`);
    } else {
      const x = config.input[a][b];
      const product = config.kernel.map((line) => `[${line.map((w) => show(x * w)).join(", ")}]`).join(", ");
      setText(shell.arithmetic, `${show(x)} × kernel = [${product}]`);
      setText(shell.pointed, `Input (${a}, ${b}) stamps rows ${stamp[0].row} to ${stamp.at(-1).row}, columns ${stamp[0].col} to ${stamp.at(-1).col} of the output`.replaceAll("-", "−"));
    }
  }

  const windowCells = ([row, col], k) =>
    Array.from({ length: k[0] * k[1] }, (_, t) => [row + Math.floor(t / k[1]), col + (t % k[1])]);

  function speak() {
    const n = shapeOf(config.input);
    const at = current();
    shell.say(`Step ${at + 1} of ${n[0] * n[1]}. Input row ${Math.floor(at / n[1])}, column ${at % n[1]} is stamped.`);
  }

  render();
  return () => {
    transport.pause();
    store.dispose();
    shell.dispose();
  };
}
