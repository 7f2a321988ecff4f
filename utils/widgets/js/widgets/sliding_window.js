// SlidingWindow: one window, one kernel, one output, step by step. The course's signature.

import { show } from "../engine/numbers.js";
import { effectiveKernelSize, outputShape, overhang, shapeOf } from "../engine/shape.js";
import { pytorch } from "../engine/snippet.js";
import * as windows from "../engine/window.js";
import * as words from "../engine/words.js";
import { setText } from "../view/dom.js";
import { createButton } from "../view/field.js";
import { createGoal } from "../view/goal.js";
import { Grid } from "../view/grid.js";
import { createMotion } from "../view/motion.js";
import { createPrediction } from "../view/prediction.js";
import { createPanel, createShell, fitStage, ledBy, setSign, sign } from "../view/shell.js";
import { createStore } from "../view/store.js";
import { createWindowSettings } from "../view/window_settings.js";

const KEYS = [
  "input",
  "kernel",
  "stride",
  "padding",
  "dilation",
  "mode",
  "bias",
  "step",
  "count_include_pad",
  "predict",
  "padding_mode",
  "ceil_mode",
  "goal",
];
/** @param {number[]} pair */
const times = ([a, b]) => `${a}×${b}`;
const cellsOf = (grid) => [...grid.cells.values()].map((c) => [c.row, c.col]);

const configOf = (state) => ({
  ...state,
  countIncludePad: state.count_include_pad,
  paddingMode: state.padding_mode ?? "zeros", // pages that were saved before there were any
  ceilMode: state.ceil_mode ?? false,
  goal: state.goal ?? {},
});

export default function slidingWindow({ model, el }) {
  const store = createStore(model, KEYS, render);
  const shell = createShell({
    el,
    name: "Sliding window",
    store,
    snippet: () => pytorch(config),
    onReset() {
      config = undefined; // what was revealed is hidden again
      render();
    },
  });
  let config;
  let outputs;
  let preview = null;
  let guessing = null; // the hidden output whose guess is being typed
  let reached = false;

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
      if (row === null || !text.trim()) guessing = null;
      if (row === null) renderMarks();
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
  output.element.addEventListener("ex-edit", (event) => {
    guessing = output.locate(event.target);
    renderMarks();
  });
  const motion = createMotion(shell.root);
  const prediction = createPrediction(() => config?.predict);
  const { hidden } = prediction;
  const panels = {
    input: createPanel("Input", input.element),
    kernel: createPanel("Kernel", kernel.element),
    output: createPanel("Output", output.element),
  };
  const signs = [sign("⋆"), sign("=")];
  shell.stage.append(panels.input.element, ledBy(signs[0], panels.kernel), ledBy(signs[1], panels.output));

  const transport = shell.addTransport({
    leave: () => {
      preview = null;
    },
    follow: showProducts,
    speak,
  });

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

  /** A guess for an output that is not shown yet. */
  function judge(row, col, guess) {
    transport.pause();
    guessing = null;
    goTo(row, col);
    const said = prediction.judge(row, col, guess, outputs[row][col]);
    renderMarks();
    shell.say(`${said}. ${shell.arithmetic.textContent}`);
  }

  /** The products rise from the window, and land in the output. */
  function showProducts() {
    if (windows.POOLING.has(config.mode) || input.dense) return;
    const at = cellOf();
    const labels = windows.taps(config, ...at).map(({ row, col, u, v }) => ({
      element: input.cellAt(row, col),
      text: show(windows.valueAt(config, row, col) * windows.weightAt(config, u, v)),
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

  const goal = createGoal(shell);
  const settings = createWindowSettings({ store, shell, attempt, render });
  const hide = createButton("Hide the outputs", () => attempt({ predict: !config.predict }), "Show the outputs");
  shell.tools.append(hide);

  const label = (kind) => (row, col, text) => {
    const padding = kind === "input" && words.isOutside(config.input, row, col) ? "padding " : "";
    const from = padding && windows.source(config, row, col);
    const copied = from ? `, a copy of row ${from[0]}, column ${from[1]}` : "";
    return `row ${row}, column ${col}, ${padding}${text || "nothing"}${copied}`.replaceAll("−", "minus ");
  };

  function render() {
    const next = configOf(store.state);
    const broken = windows.brokenRule(next);
    shell.complain(broken ?? "");
    if (broken) return;
    const fresh = !config || KEYS.some((k) => k !== "step" && JSON.stringify(next[k]) !== JSON.stringify(config[k]));
    config = next;
    motion.cancel();
    if (fresh) prediction.forget();
    const revealed = prediction.reach(...cellOf());
    if (fresh) renderContent();
    else if (revealed) renderOutputs();
    renderMarks();
    if (!transport.playing) speak();
  }

  function renderContent() {
    const [n, k] = [config.input, config.kernel].map(shapeOf);
    const out = outputShape(config);
    const pooling = windows.POOLING.has(config.mode);
    const outside = (row, col) => words.isOutside(config.input, row, col);
    const beyond = overhang(config);
    outputs = windows.output(config);
    input.update({
      from: config.padding.map((p) => -p),
      to: n.map((size, axis) => size + config.padding[axis] + beyond[axis]),
      text: (row, col) => (windows.isBeyond(config, row, col) ? "" : show(windows.valueAt(config, row, col))),
      padded: outside,
      label: label("input"),
      shade: (row, col) => windows.valueAt(config, row, col),
    });
    const alike = words.weighsAlike(config) ? `1/${k[0] * k[1]}` : "·"; // else it depends on the place
    const weight = { max: () => "·", avg: () => alike }[config.mode];
    kernel.update({
      to: k,
      text: weight ?? ((u, v) => show(config.kernel[u][v])),
      label: label("kernel"),
      editable: () => !pooling,
    });
    renderOutputs();
    fitStage(shell.stage, [input, kernel, output]);
    shell.stage.classList.toggle("is-signal", words.signalAxis(config) === 1);
    const { rows, columns } = words.unreadLines(config);
    const cells = cellsOf(input);
    input.mark(
      "is-unread",
      cells.filter(([row, col]) => rows.includes(row) || columns.includes(col)),
    );
    input.mark(
      "is-copy",
      cells.filter((at) => outside(...at) && windows.source(config, ...at)),
    );
    input.mark(
      "is-beyond",
      cells.filter((at) => windows.isBeyond(config, ...at)),
    );
    panels.input.detail(words.inputText(config));
    setText(panels.kernel.element.querySelector(".ex-title"), words.WINDOW_WORD[config.mode]);
    panels.kernel.detail(`${times(k)}${words.note(config)}`);
    panels.output.detail(times(out));
    setText(signs[0], config.mode === "flip" ? "∗" : pooling ? "▸" : "⋆");
    setSign(signs[1], words.equalsSign(config));
    setText(shell.shape, words.shapeText(config));

    settings.set(config);
    reached = goal.set(config.goal, windows.lacks(config, config.goal));
    shell.refresh();
  }

  function renderOutputs() {
    output.update({
      to: outputShape(config),
      text: (r, c) => (hidden(r, c) ? "?" : show(outputs[r][c])),
      label: (r, c, text) =>
        hidden(r, c) ? `row ${r}, column ${c}, not shown yet; type a guess` : label("output")(r, c, text),
      editable: hidden,
      shade: (r, c) => (hidden(r, c) ? 0 : outputs[r][c]),
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
    const shown = guessing ?? (pointed ? [preview.row, preview.col] : at);
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
    // A copy points at its pixel, and a pixel at its copies.
    const copied = () =>
      words.isOutside(config.input, ...from) ? [windows.source(config, ...from)] : windows.copies(config, ...from);
    input.mark("is-source", preview?.where === "input" ? copied().filter(Boolean) : []);
    kernel.mark("is-pointed", preview?.where === "kernel" ? [from] : []);
    output.mark("is-affected", preview?.where === "input" ? windows.affected(config, ...from) : []);
    output.mark("is-current", [shown]);
    output.mark("is-hidden", config.predict ? cellsOf(output).filter((c) => hidden(...c)) : []);
    output.mark("is-right", prediction.right);
    output.select(...at);
    transport.set(at[0] * ow + at[1], oh * ow);
    setText(shell.arithmetic, guessing ? "" : windows.arithmetic(config, ...shown));
    const told = words.pointedText(config, preview?.where === "output" ? null : preview, shown, input.dense);
    const asked = guessing && `Output (${guessing.join(", ")}): what does the window give?`;
    const verdict = preview && preview.where !== "output" ? "" : prediction.verdict(...shown);
    setText(shell.pointed, asked ?? (verdict || told));
    shell.pointed.classList.toggle("is-verdict", !asked && verdict !== "");
  }

  function speak() {
    if (config) shell.say(`${reached ? "Done: the goal is reached. " : ""}${words.spokenStep(config, ...cellOf())}`);
    reached = false;
  }

  render();
  return shell.dispose;
}
