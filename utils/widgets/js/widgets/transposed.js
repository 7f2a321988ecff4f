// Transposed: the transposed convolution by stamping and by zero insertion, stepped together.

import { bracket, show } from "../engine/numbers.js";
import { shapeOf } from "../engine/shape.js";
import * as engine from "../engine/transposed.js";
import { h, setText } from "../view/dom.js";
import { createCountField, createPairField } from "../view/field.js";
import { Grid } from "../view/grid.js";
import { resized } from "../view/kernels.js";
import { createMotion } from "../view/motion.js";
import { createPanel, createShell, ledBy } from "../view/shell.js";
import { createStore } from "../view/store.js";

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
    onPin([i, j]) {
      transport.pause();
      preview = null;
      store.commit({ step: i * shapeOf(config.input)[1] + j }, { remember: false });
      renderMarks();
      comeDown();
    },
  });
  const kernel = new Grid({ name: "Kernel", onPreview: pointAt("kernel"), onEdit: edit("kernel") });
  const output = new Grid({ name: "Output", onPreview: pointAt("output") });
  const wide = new Grid({ name: "Zero-inserted", onPreview: pointAt("wide") });
  const turned = new Grid({ name: "Turned" });
  const again = new Grid({ name: "Convolved", onPreview: pointAt("output") });
  const panels = {
    input: createPanel("Input", input.element),
    kernel: createPanel("Kernel", kernel.element),
    output: createPanel("Sum of stamps", output.element),
    wide: createPanel("Input, spread", wide.element),
    turned: createPanel("Kernel, turned", turned.element),
    again: createPanel("Window by window", again.element),
  };
  const counts = [0, 1].map(() => h("span"));
  const column = (title, count, ...content) =>
    h(
      "div",
      {},
      h("p", {}, h("span", { class: "ex-title" }, title), ": ", count),
      h("div", { class: "ex-stage" }, content),
    );
  const pair = h(
    "div",
    { class: "ex-pair" },
    column("Stamping", counts[0], panels.input.element, panels.kernel.element, ledBy("→", panels.output)),
    column("Zero insertion", counts[1], panels.wide.element, panels.turned.element, ledBy("→", panels.again)),
  );
  shell.stage.append(pair);
  const motion = createMotion(shell.root);

  const transport = shell.addTransport({
    leave: () => {
      preview = null;
    },
    follow: comeDown,
    speak,
  });

  /** The stamp goes from the kernel to its place; on the other side the window slides over the same outputs. */
  function comeDown() {
    const [i, j] = inputOf(current());
    const labels = engine.stamp(config, i, j).map((t) => ({
      element: kernel.cellAt(t.u, t.v),
      text: show(config.input[i][j] * t.weight),
      to: output.cellAt(t.row, t.col),
    }));
    motion.fly(labels);
    motion.slide(wide, reached(i, j));
  }

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
  shell.settings.append(...["stride", "padding", "output_padding"].map((key) => fields[key].element));
  shell.addMore(...["kernelHeight", "kernelWidth", "inputHeight", "inputWidth"].map((key) => fields[key].element));

  const label = (row, col, text) => `row ${row}, column ${col}, ${text}`.replaceAll("−", "minus ");

  const current = () => {
    const [h_, w] = shapeOf(config.input);
    return Math.min(Math.max(store.state.step, 0), h_ * w - 1);
  };
  const inputOf = (at) => [Math.floor(at / config.input[0].length), at % config.input[0].length];
  /** Outputs that input (i, j) reaches. */
  const reached = (i, j) =>
    engine
      .stamp(config, i, j)
      .filter((t) => !t.cropped)
      .map((t) => [t.row, t.col]);

  function render() {
    const next = configOf(store.state);
    const broken = engine.brokenTransposed(next);
    shell.complain(broken ?? "");
    if (broken) return;
    motion.cancel();
    config = next;
    const n = shapeOf(config.input);
    const k = shapeOf(config.kernel);
    const out = engine.transposedShape(config);
    const seen = current() + 1;
    input.update({ to: n, text: (i, j) => show(config.input[i][j]), label });
    kernel.update({ to: k, text: (u, v) => show(config.kernel[u][v]), label });
    // All that is stamped, the part that padding crops included.
    const sums = engine.stamped(config, seen);
    const layers = engine.covers(config, seen);
    const lying = (row, col) => layers.get(`${row},${col}`);
    const far = [0, 1].map((a) => Math.max(out[a], (n[a] - 1) * config.stride[a] + k[a] - config.padding[a]));
    const cropped = (row, col) => row < 0 || col < 0 || row >= out[0] || col >= out[1];
    output.update({
      from: config.padding.map((p) => -p),
      to: far,
      text: (row, col) => show(sums.get(`${row},${col}`) ?? 0),
      padded: cropped,
      label(row, col, text) {
        const overlap = lying(row, col) > 1 ? `, sum of ${lying(row, col)} stamps` : "";
        return label(row, col, text) + overlap + (cropped(row, col) ? ", cropped" : "");
      },
    });
    output.mark(
      "is-overlap",
      [...output.cells.values()].map((c) => [c.row, c.col]).filter((c) => lying(...c) > 1),
    );
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
    panels.output.detail(out.join("×"));
    panels.wide.detail(shapeOf(cells).join("×"));
    panels.turned.detail(k.join("×"));
    panels.again.detail(out.join("×"));
    const { each, stamped, windows, slid, met } = engine.multiplications(config, seen);
    setText(counts[0], `${seen}·${each} = ${stamped} multiplications`);
    setText(counts[1], `${windows}·${each} = ${slid} multiplications\n${met} of them with an input so far`);
    const across = n[1] + 2 * k[1] + far[1] + config.padding[1] + cells[0].length + out[1];
    pair.style.setProperty("--sum", across);
    pair.style.setProperty("--tall", Math.max(cells.length, far[0] + config.padding[0]));
    const sizes = ["Height", "Width"].map((word, a) => {
      const { stride, padding, outputPadding } = config;
      return `${word} (${n[a]} − 1)·${stride[a]} − 2·${padding[a]} + ${k[a]} + ${outputPadding[a]} = ${out[a]}`;
    });
    setText(shell.shape, `${sizes.join(". ")}\n${engine.undoes(config)}`);
    fields.kernelHeight.set(k[0]);
    fields.kernelWidth.set(k[1]);
    fields.inputHeight.set(n[0]);
    fields.inputWidth.set(n[1]);
    for (const key of ["stride", "padding", "output_padding"]) fields[key].set(config[key]);
    shell.refresh();
    renderMarks();
    if (!transport.playing) speak();
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
    const added = (weight) => show(config.input[a][b] * weight).replace(/^(?!−)/, "+");
    if (!target)
      output.moveFrame(
        stamp[0].row,
        stamp[0].col,
        ...k,
        stamp.map((t) => [t.u, t.v, added(t.weight)]),
      );
    const sources = target ? engine.stampedBy(config, ...target).filter(([x, y]) => x * n[1] + y <= at) : [];
    input.mark("is-current", target ? [] : [[a, b]]);
    input.mark(
      "is-affected",
      sources.map(([x, y]) => [x, y]),
    );
    input.mark(
      "is-skipped",
      config.input.flatMap((line, x) => line.map((_, y) => [x, y])).filter(([x, y]) => x * n[1] + y > at),
    );
    wide.mark("is-current", target ? [] : [placed(a, b)]);
    wide.mark(
      "is-affected",
      sources.map(([x, y]) => placed(x, y)),
    );
    // The window that reads the output pointed at, or the last of those that this input reaches.
    const read = target ?? reached(a, b).at(-1);
    const panes = engine.turned(config.kernel).flatMap((line, u) => line.map((w, v) => [u, v, `×${show(w)}`]));
    wide.mark("is-window", read ? panes.map(([u, v]) => [read[0] + u, read[1] + v]) : []);
    if (read) wide.moveFrame(...read, ...k, panes);
    else wide.frame.hidden = true;
    output.mark("is-current", target ? [target] : []);
    again.mark("is-current", read ? [read] : []);
    again.mark("is-window", target ? [] : reached(a, b));
    const weight = preview?.where === "kernel" ? preview.cell : null;
    kernel.mark("is-pointed", weight ? [weight] : []);
    turned.mark("is-pointed", weight ? [[k[0] - 1 - weight[0], k[1] - 1 - weight[1]]] : []);
    output.mark(
      "is-affected",
      weight ? stamp.filter((t) => t.u === weight[0] && t.v === weight[1]).map((t) => [t.row, t.col]) : [],
    );
    transport.set(at, n[0] * n[1]);

    if (target) {
      const terms = sources.map(
        ([x, y, w], index) => `${index ? bracket(config.input[x][y]) : show(config.input[x][y])}×${bracket(w)}`,
      );
      const total = sources.reduce((s, [x, y, w]) => s + config.input[x][y] * w, 0);
      setText(shell.arithmetic, `${terms.join(" + ") || "0"} = ${show(total)}`);
      const told = terms.length ? "the stamps that cover it, and the window that reads it" : "no stamp covers it yet";
      setText(shell.pointed, `Output (${target.join(", ")}): ${told}`);
    } else {
      const x = config.input[a][b];
      const product = config.kernel.map((line) => `[${line.map((w) => show(x * w)).join(", ")}]`).join(", ");
      setText(shell.arithmetic, `${show(x)} × kernel = [${product}]`);
      setText(
        shell.pointed,
        `Input (${a}, ${b}) stamps rows ${stamp[0].row} to ${stamp.at(-1).row}, columns ${stamp[0].col} to ${stamp.at(-1).col} of the output`.replaceAll(
          "-",
          "−",
        ),
      );
    }
  }

  function speak() {
    const n = shapeOf(config.input);
    const at = current();
    shell.say(`Step ${at + 1} of ${n[0] * n[1]}. Input row ${Math.floor(at / n[1])}, column ${at % n[1]} is stamped.`);
  }

  render();
  return shell.dispose;
}
