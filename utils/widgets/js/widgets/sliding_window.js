// SlidingWindow: one window, one kernel, one output, step by step. The course's signature.

import { parseValue, show } from "../engine/numbers.js";
import { effectiveKernelSize, outputShape, shapeOf } from "../engine/shape.js";
import { pytorch } from "../engine/snippet.js";
import * as windows from "../engine/window.js";
import * as words from "../engine/words.js";
import { setText } from "../view/dom.js";
import { createButton, createCountField, createPairField, createSelect, createStepper } from "../view/field.js";
import { Grid } from "../view/grid.js";
import { createMotion } from "../view/motion.js";
import { createPanel, createShell, ledBy, sign } from "../view/shell.js";
import { createStore } from "../view/store.js";
import { createTransport } from "../view/transport.js";
import { PRESETS, presetOf, resized } from "../view/kernels.js";

const KEYS = ["input", "kernel", "stride", "padding", "dilation", "mode", "bias", "step", "count_include_pad", "predict"];
const times = ([a, b]) => `${a}×${b}`;
const MOST = 32;

const configOf = (state) => ({ ...state, countIncludePad: state.count_include_pad });

export default function slidingWindow({ model, el }) {
  const store = createStore(model, KEYS, render);
  const shell = createShell({
    el,
    name: "Sliding window",
    store,
    snippet: () => pytorch(config),
  });
  // Weights and pixels that a smaller size hides come back when it grows again.
  const memory = { kernel: new Map(), input: new Map() };
  let config;
  let outputs;
  let preview = null;

  const pointAt = (where) => (cell) => {
    preview = cell && { where, row: cell[0], col: cell[1] };
    renderMarks();
  };
  const editCell = (key) =>
    shell.editor((row, col, value) => {
      const matrix = structuredClone(store.state[key]);
      matrix[row][col] = value;
      attempt({ [key]: matrix });
    });
  let grabbed;
  const input = new Grid({
    name: "Input",
    onPreview: pointAt("input"),
    onEdit: editCell("input"),
    onDrag(rows, cols, started) {
      const [, ow] = outputShape(config);
      if (started) {
        transport.pause();
        preview = null;
        grabbed = [Math.floor(store.state.step / ow), store.state.step % ow];
      }
      goTo(grabbed[0] + Math.round(rows / config.stride[0]), grabbed[1] + Math.round(cols / config.stride[1]));
    },
  });
  const kernel = new Grid({ name: "Kernel", onPreview: pointAt("kernel"), onEdit: editCell("kernel") });
  const output = new Grid({
    name: "Output",
    onPreview: pointAt("output"),
    onEdit(row, col, text) {
      if (row === null || text.trim()) return guess(row, col, text);
      goTo(row, col); // nothing guessed: it is shown
      return null;
    },
    onPin([row, col]) {
      transport.pause();
      if (hidden(row, col)) output.edit(row, col, "");
      else goTo(row, col);
    },
  });
  const guess = shell.editor(judge);
  const motion = createMotion(shell.root);
  let seen = new Set(); // outputs that are shown, where the reader is to predict them
  let guessed = []; // outputs that were guessed right
  let verdict = ""; // on the last guess
  const panels = {
    input: createPanel("Input", input.element),
    kernel: createPanel("Kernel", kernel.element),
    output: createPanel("Output", output.element),
  };
  const signs = [sign("⋆"), sign("=")];
  shell.stage.append(
    panels.input.element, ledBy(signs[0], panels.kernel), ledBy(signs[1], panels.output),
  );

  const transport = createTransport({
    onStep(step, slowly) {
      preview = null;
      store.commit({ step }, { remember: false });
      if (slowly) showProducts();
    },
    onPlaying(playing) {
      if (!playing) speak();
    },
  });
  shell.addTransport(transport);

  /** Commits a change that leaves something to compute; else says which rule it breaks. */
  function attempt(changes) {
    const next = { ...store.state, ...changes };
    const broken = windows.brokenRule(configOf(next));
    if (broken) return broken;
    const [oh, ow] = outputShape(configOf(next));
    const before = outputShape(config)[1];
    const row = Math.min(Math.floor(store.state.step / before), oh - 1);
    const col = Math.min(store.state.step % before, ow - 1);
    transport.pause();
    preview = null;
    store.commit({ ...changes, step: row * ow + col });
    return null;
  }

  const hidden = (row, col) => Boolean(config?.predict) && !seen.has(`${row},${col}`);

  /** A guess for an output that is not shown yet. */
  function judge(row, col, guess) {
    const right = outputs[row][col];
    const good = Math.abs(guess - right) <= 0.005 * Math.max(1, Math.abs(right));
    transport.pause();
    goTo(row, col);
    verdict = good ? `${show(guess)} is right` : `Not ${show(guess)}: see the sum`;
    if (good) guessed.push([row, col]);
    renderMarks();
    shell.say(`${verdict}. ${shell.arithmetic.textContent}`);
  }

  /** The products rise from the window, and land in the output. */
  function showProducts() {
    if (windows.POOLING.has(config.mode)) return;
    const at = cellOf();
    const labels = windows.taps(config, ...at).map(({ row, col, u, v, padded }) => ({
      element: input.cellAt(row, col),
      text: show((padded ? 0 : config.input[row][col]) * windows.weightAt(config, u, v)),
    }));
    motion.fly(labels, output.cellAt(...at));
  }

  function goTo(row, col) {
    const [oh, ow] = outputShape(config);
    const r = Math.min(Math.max(row, 0), oh - 1);
    const c = Math.min(Math.max(col, 0), ow - 1);
    const step = r * ow + c;
    if (step === store.state.step) return renderMarks();
    preview = null;
    store.commit({ step }, { remember: false });
  }

  const pairField = (label, key, least) =>
    createPairField({
      label,
      least,
      onCommit: (pair) => attempt({ [key]: pair }),
      onError: shell.complain,
    });
  const sizeField = (label, key, axis) =>
    createCountField({
      label,
      least: 1,
      most: MOST,
      onCommit(size) {
        const shape = shapeOf(store.state[key]);
        shape[axis] = size;
        return attempt({ [key]: resized(store.state[key], shape, memory[key]) });
      },
      onError: shell.complain,
    });
  const fields = {
    kernelHeight: sizeField("Kernel height", "kernel", 0),
    kernelWidth: sizeField("Kernel width", "kernel", 1),
    stride: pairField("Stride", "stride", 1),
    padding: pairField("Padding", "padding", 0),
    dilation: pairField("Dilation", "dilation", 1),
    inputHeight: sizeField("Input height", "input", 0),
    inputWidth: sizeField("Input width", "input", 1),
    bias: createStepper({
      label: "Bias",
      parse: parseValue,
      format: (value) => show(value),
      nudge: (value, by) => value + by,
      onCommit: (bias) => attempt({ bias }),
      onError: shell.complain,
    }),
  };
  const mode = createSelect({
    label: "Operation",
    options: words.MODES,
    onChange(value) {
      const broken = attempt({ mode: value });
      shell.complain(broken ?? "");
      if (broken) mode.set(store.state.mode);
    },
  });
  const divisor = createSelect({
    label: "Average divides by",
    options: words.DIVISORS,
    onChange: (value) => attempt({ count_include_pad: value === "true" }),
  });
  const preset = createSelect({
    label: "Kernel preset",
    options: [...PRESETS.map(([name]) => [name, name]), ["Custom", "Custom"]],
    onChange(name) {
      const make = PRESETS.find(([known]) => known === name)?.[1];
      if (make) attempt({ kernel: make(...shapeOf(store.state.kernel)) });
      else render();
    },
  });
  const hide = createButton("Hide the outputs", () => attempt({ predict: !config.predict }));
  shell.tools.append(hide);
  shell.settings.append(
    ...["kernelHeight", "kernelWidth", "stride", "padding", "dilation"].map((f) => fields[f].element),
  );
  shell.addMore(
    mode.element, divisor.element, preset.element, fields.inputHeight.element, fields.inputWidth.element, fields.bias.element,
  );

  const label = (kind) => (row, col, text) => {
    const padding = kind === "input" && words.isOutside(config.input, row, col) ? "padding " : "";
    return `row ${row}, column ${col}, ${padding}${text}`.replaceAll("−", "minus ");
  };

  function render() {
    const next = configOf(store.state);
    const broken = windows.brokenRule(next);
    shell.complain(broken ?? "");
    if (broken) return;
    const fresh = !config || KEYS.some((k) => k !== "step" && JSON.stringify(next[k]) !== JSON.stringify(config[k]));
    config = next;
    verdict = "";
    if (fresh) {
      seen = new Set();
      guessed = [];
      motion.cancel();
    }
    const here = cellOf().join();
    const revealed = config.predict && !seen.has(here);
    seen.add(here);
    if (fresh) renderContent();
    else if (revealed) renderOutputs();
    renderMarks();
    if (!transport.playing) speak();
  }

  function renderContent() {
    const n = shapeOf(config.input);
    const k = shapeOf(config.kernel);
    const out = outputShape(config);
    const pooling = windows.POOLING.has(config.mode);
    const outside = (row, col) => words.isOutside(config.input, row, col);
    outputs = windows.output(config);
    input.update({
      from: config.padding.map((p) => -p),
      to: n.map((size, axis) => size + config.padding[axis]),
      text: (row, col) =>
        outside(row, col) ? show(windows.padValue(config.mode)) : show(config.input[row][col]),
      padded: outside,
      label: label("input"),
    });
    const alike = config.countIncludePad ? `1/${k[0] * k[1]}` : "·"; // else it depends on the place
    const weight = { max: () => "·", avg: () => alike }[config.mode];
    kernel.update({
      to: k,
      text: weight ?? ((u, v) => show(config.kernel[u][v])),
      label: label("kernel"),
      editable: () => !pooling,
    });
    renderOutputs();
    const { rows, columns } = words.unreadLines(config);
    const cells = [...input.cells.values()].filter((c) => rows.includes(c.row) || columns.includes(c.col));
    input.mark("is-unread", cells.map((c) => [c.row, c.col]));

    const padded = times(n.map((size, axis) => size + 2 * config.padding[axis]));
    const padding = config.padding.some(Boolean) ? `, padded ${padded}` : "";
    panels.input.detail(`${times(n)}${padding}`);
    setText(panels.kernel.element.querySelector(".ex-title"), words.WINDOW_WORD[config.mode]);
    panels.kernel.detail(`${times(k)}${words.note(config)}`);
    panels.output.detail(times(out));
    setText(signs[0], config.mode === "flip" ? "∗" : pooling ? "▸" : "⋆");
    setText(signs[1], words.equalsSign(config));
    setText(shell.shape, words.shapeText(config));

    const sizes = { kernelHeight: k[0], kernelWidth: k[1], inputHeight: n[0], inputWidth: n[1] };
    for (const [key, size] of Object.entries(sizes)) fields[key].set(size);
    for (const key of ["stride", "padding", "dilation", "bias"]) fields[key].set(config[key]);
    fields.bias.disable(pooling, "Pooling has no bias.");
    mode.set(config.mode);
    preset.set(presetOf(config.kernel));
    preset.select.disabled = pooling;
    divisor.set(String(config.countIncludePad));
    divisor.select.disabled = config.mode !== "avg";
    shell.refresh();
  }

  function renderOutputs() {
    output.update({
      to: outputShape(config),
      text: (r, c) => (hidden(r, c) ? "?" : show(outputs[r][c])),
      label: (r, c, text) => (hidden(r, c) ? `row ${r}, column ${c}, not shown yet; type a guess` : label("output")(r, c, text)),
      editable: hidden,
    });
    setText(hide, config.predict ? "Show the outputs" : "Hide the outputs");
  }

  const cellOf = () => {
    const [oh, ow] = outputShape(config);
    const step = Math.min(Math.max(store.state.step, 0), oh * ow - 1);
    return [Math.floor(step / ow), step % ow];
  };

  function renderMarks() {
    const [oh, ow] = outputShape(config);
    const at = cellOf();
    const pointed = preview?.where === "output" && !hidden(preview.row, preview.col);
    const shown = pointed ? [preview.row, preview.col] : at;
    const found = windows.taps(config, ...shown);
    const cells = found.map(({ row, col }) => [row, col]);
    const span = [0, 1].map((a) => effectiveKernelSize(shapeOf(config.kernel)[a], config.dilation[a]));
    const skipped = windows.skipped(config, ...shown);
    input.mark("is-window", cells);
    input.mark("is-grip", [...cells, ...skipped]);
    input.mark("is-skipped", skipped);
    const pooling = windows.POOLING.has(config.mode);
    input.mark("is-winner", config.mode === "max" ? [cells[windows.winner(config, ...shown)]] : []);
    const note = (t) => (pooling ? "" : `×${show(windows.weightAt(config, t.u, t.v))}`);
    const panes = found.map((t) => [t.u * config.dilation[0], t.v * config.dilation[1], note(t)]);
    input.moveFrame(...cells[0], ...span, panes);

    const from = preview && [preview.row, preview.col];
    input.mark("is-affected", preview?.where === "kernel" ? windows.uses(config, ...from) : []);
    input.mark("is-pointed", preview?.where === "input" ? [from] : []);
    kernel.mark("is-pointed", preview?.where === "kernel" ? [from] : []);
    output.mark("is-affected", preview?.where === "input" ? windows.affected(config, ...from) : []);
    output.mark("is-current", [shown]);
    output.mark("is-hidden", [...output.cells.values()].map((c) => [c.row, c.col]).filter((c) => hidden(...c)));
    output.mark("is-right", guessed);
    output.select(...at);
    transport.set(at[0] * ow + at[1], oh * ow);
    setText(shell.arithmetic, windows.arithmetic(config, ...shown));
    setText(shell.pointed, verdict || words.pointedText(config, preview?.where === "output" ? null : preview, shown));
  }

  function speak() {
    if (config) shell.say(words.spokenStep(config, ...cellOf()));
  }

  render();
  return () => {
    transport.pause();
    store.dispose();
    shell.dispose();
  };
}
