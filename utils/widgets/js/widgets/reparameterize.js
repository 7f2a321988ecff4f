// Reparameterize: three branches and their batch norms slide into one kernel, number by number.

import { parseValue, show } from "../engine/numbers.js";
import * as engine from "../engine/reparameterize.js";
import { h, setText } from "../view/dom.js";
import { createChoice } from "../view/field.js";
import { Grid } from "../view/grid.js";
import { createMotion } from "../view/motion.js";
import { createPanel, createShell } from "../view/shell.js";
import { createStore } from "../view/store.js";

const KEYS = ["kernel", "pointwise", "norms", "window", ...engine.BRANCHES.map(([key]) => key), "channel", "step"];

/** A cell of a grid of several planes side by side, as [plane, row, column]. */
const inPlane = (row, col, side = 3) => [Math.floor(col / side), row, col % side];
/** @param {number[]} entry */
const column = (entry) => 3 * entry[0] + entry[2];

export default function reparameterize({ model, el }) {
  const store = createStore(model, KEYS, render);
  const snippet = () => engine.mergePytorch(store.state);
  const shell = createShell({ el, name: "Reparameterize", store, snippet });
  let preview = null;
  const motion = createMotion(shell.root);
  const channel = () => Math.min(Math.max(store.state.channel, 0), engine.channels(store.state) - 1);

  const transport = shell.addTransport({
    leave: () => {
      preview = null;
    },
    follow: showMove,
    speak,
  });

  function attempt(changes) {
    const rule = engine.broken({ ...store.state, ...changes });
    if (rule) return rule;
    transport.pause();
    preview = null;
    store.commit(changes);
    return null;
  }

  const pointAt = (kind, branch, place) => (cell) => {
    preview = cell && { kind, branch, cell: place(cell) };
    renderMarks();
  };
  /** The onEdit of a grid: `apply` changes a copy of the state at a cell. */
  const edit = (apply) => (row, col, text) => {
    const { value, error } = row === null ? {} : parseValue(text);
    const next = structuredClone(store.state);
    if (value !== undefined) apply(next, row, col, value);
    const rule = error ?? (value === undefined ? null : attempt(next));
    shell.complain(rule ?? "");
    return rule;
  };
  const setKernel = edit((next, row, col, value) => {
    const [plane, r, c] = inPlane(row, col);
    next.kernel[channel()][plane][r][c] = value;
  });
  const setPointwise = edit((next, _row, col, value) => {
    next.pointwise[channel()][col] = value;
  });

  const branches = engine.BRANCHES.map(([key, name], b) => {
    const box = h("input", { type: "checkbox" });
    box.addEventListener("change", () => {
      const rule = attempt({ [key]: box.checked });
      if (rule) box.checked = true;
      shell.complain(rule ?? "");
    });
    box.addEventListener("keydown", (event) => event.stopPropagation());
    const side = b ? 1 : 3;
    const kernel = new Grid({
      name: `${name} kernel`,
      onPreview: pointAt("kernel", b, (cell) => inPlane(...cell, side)),
      onEdit: [setKernel, setPointwise, undefined][b],
    });
    const norm = new Grid({
      name: `${name} batch norm`,
      onPreview: pointAt("norm", b, (cell) => cell),
      onEdit: edit((next, _row, col, value) => {
        next.norms[b][channel()][col] = value;
      }),
    });
    const framed = new Grid({
      name: `${name} scaled`,
      onPreview: pointAt("framed", b, (cell) => inPlane(...cell)),
    });
    const [scale, bias, output] = [h("p"), h("p"), h("p")];
    const panels = [
      createPanel(h("label", { class: "ex-switch" }, box, h("span", {}, name)), kernel.element),
      createPanel(
        h(
          "span",
          { class: "ex-norm-heads" },
          engine.NORM.map(([letter]) => h("span", {}, letter)),
        ),
        norm.element,
      ),
      createPanel("× γ/σ", framed.element),
    ];
    const told = h(
      "div",
      { class: "ex-normed" },
      panels[1].element,
      h("div", { class: "ex-told-of" }, scale, bias, output),
    );
    const lane = h("div", { class: "ex-branch" }, panels[0].element, told, panels[2].element);
    return { b, name, box, kernel, norm, framed, panels, scale, bias, output, lane };
  });
  const merged = new Grid({ name: "Merged kernel", onPreview: pointAt("merged", 0, (cell) => inPlane(...cell)) });
  const view = new Grid({
    name: "Window",
    onEdit: edit((next, row, col, value) => {
      const [plane, r, c] = inPlane(row, col);
      next.window[plane][r][c] = value;
    }),
  });
  const bias = h("p", { class: "ex-bias" });
  const panels = { merged: createPanel("Merged", merged.element), view: createPanel("Window", view.element) };
  const outcome = h("div", { class: "ex-outcome" }, h("div", {}, panels.merged.element, bias), panels.view.element);
  shell.stage.classList.add("ex-merge");
  shell.stage.append(
    h(
      "div",
      { class: "ex-branches" },
      branches.map(({ lane }) => lane),
    ),
    outcome,
  );
  const chooser = createChoice({
    label: "Output channel",
    options: store.state.pointwise.map((_, o) => [String(o), `Output ${o}`]),
    onChange(value) {
      transport.pause();
      preview = null;
      store.commit({ channel: Number(value) }, { remember: false });
    },
  });
  chooser.element.hidden = engine.channels(store.state) === 1;
  shell.settings.append(chooser.element);

  /** Numbers rise from where a step finds them and land where it puts them. */
  function showMove() {
    const { state } = store;
    const { name, entry } = engine.phase(state);
    const on = branches.filter(({ b }) => engine.isOn(state, b));
    /** The middle of each plane of a framed kernel, with where its weight stands. */
    const middles = ({ b, kernel, framed }) =>
      state.window.map((_, plane) => ({
        element: b ? kernel.cellAt(0, plane) : kernel.cellAt(1, 3 * plane + 1),
        text: kernel.cellAt(b ? 0 : 1, b ? plane : 3 * plane + 1).textContent,
        to: framed.cellAt(1, 3 * plane + 1),
      }));
    const around = ({ framed }) =>
      [...framed.cells.values()]
        .filter(({ row, col }) => row !== 1 || col % 3 !== 1)
        .map(({ element, col }) => ({
          element: framed.cellAt(1, 3 * Math.floor(col / 3) + 1),
          text: "0",
          to: element,
        }));
    const moves = {
      scaled: () =>
        on.flatMap((branch) => {
          if (branch.b) return branch.b === 1 ? middles(branch) : [];
          return [...branch.kernel.cells.values()].map(({ element, row, col }) => ({
            element,
            text: element.textContent,
            to: branch.framed.cellAt(row, col),
          }));
        }),
      framed: () => on.filter(({ b }) => b === 1).flatMap(around),
      identity: () => on.filter(({ b }) => b === 2).flatMap(middles),
      entry: () =>
        on.map(({ framed }) => {
          const element = framed.cellAt(entry[1], column(entry));
          return { element, text: element.textContent, to: merged.cellAt(entry[1], column(entry)) };
        }),
      bias: () =>
        on.map(({ b, bias: element }) => ({ element, text: show(engine.biasOf(state, b, channel())), to: bias })),
      same: () =>
        [...merged.cells.values()].map(({ element, row, col }) => ({
          element,
          text: element.textContent,
          to: view.cellAt(row, col),
        })),
    };
    motion.fly(moves[name]?.() ?? [], shell.arithmetic, 800);
  }

  const label = (name, of) => (row, col, text) => {
    const [plane, r, c] = inPlane(row, col, of);
    const from = store.state.window.length > 1 ? `input channel ${plane}, ` : "";
    return `${name}, ${from}row ${r}, column ${c}, ${text || "not yet there"}`.replaceAll("−", "minus ");
  };

  /** Planes side by side, with a line between them. */
  function showPlanes(grid, planes, name, text = (plane, r, c) => show(planes[plane][r][c])) {
    const side = planes[0].length;
    grid.update({
      to: [side, side * planes.length],
      text: (row, col) => text(...inPlane(row, col, side)),
      label: label(name, side),
    });
    if (side > 1) grid.mark("is-block-col", planes.length > 1 ? [0, 1, 2].map((row) => [row, 2]) : []);
  }

  function render() {
    const { state } = store;
    const rule = engine.broken(state);
    shell.complain(rule ?? "");
    if (rule) return;
    motion.cancel();
    const o = channel();
    const { step } = engine.phase(state);
    shell.stage.style.setProperty("--planes", String(state.window.length));
    shell.root.classList.toggle("is-two", state.window.length > 1);
    for (const { b, name, box, kernel, norm, framed, scale, bias: added, output, lane } of branches) {
      const on = engine.isOn(state, b);
      box.checked = on;
      lane.classList.toggle("is-off", !on);
      showPlanes(kernel, engine.kernelOf(state, b, o), `${name} kernel`);
      norm.update({
        to: [1, 4],
        text: (_, col) => show(state.norms[b][o][col]),
        label: (_, col, text) => `${name} batch norm, ${engine.NORM[col][0]}, ${text}`.replaceAll("−", "minus "),
      });
      const planes = engine.framed(state, b, o);
      const text = (plane, r, c) => (on && engine.isFramed(step, b, r, c) ? show(planes[plane][r][c]) : "");
      showPlanes(framed, planes, `${name} scaled`, text);
      const zeros = b ? [...framed.cells.values()].filter(({ row, col }) => row !== 1 || col % 3 !== 1) : [];
      framed.mark(
        "is-zero",
        zeros.map(({ row, col }) => [row, col]),
      );
      setText(scale, engine.scaleText(state, b, o));
      setText(added, engine.biasText(state, b, o));
      setText(output, engine.responseText(state, b, o));
      scale.classList.toggle("is-later", !on || !engine.isScaled(step, b));
      added.classList.toggle("is-later", !on || !engine.hasBias(state));
      output.classList.toggle("is-later", !on);
    }
    const { kernel } = engine.merged(state, o);
    const isThere = (...entry) => engine.isMerged(step, entry);
    showPlanes(merged, kernel, "Merged kernel", (...entry) =>
      isThere(...entry) ? show(kernel[entry[0]][entry[1]][entry[2]]) : "",
    );
    setText(bias, engine.mergedBiasText(state, o));
    bias.classList.toggle("is-later", !engine.hasBias(state));
    showPlanes(view, state.window, "Window");
    setText(shell.shape, engine.apartText(state, o));
    chooser.set(String(o));
    transport.set(step, engine.stepCount(state));
    shell.refresh();
    renderMarks();
    if (!transport.playing) speak();
  }

  function renderMarks() {
    const { state } = store;
    const o = channel();
    const { step, name, entry } = engine.phase(state);
    const shown = (at) =>
      at.kind === "framed"
        ? engine.isOn(state, at.branch) && engine.isFramed(step, at.branch, at.cell[1], at.cell[2])
        : at.kind === "merged"
          ? engine.isMerged(step, at.cell)
          : engine.isOn(state, at.branch);
    const pointed = preview && shown(preview) ? preview : null;
    const at = pointed?.kind === "merged" ? pointed.cell : pointed ? null : entry;
    const cells = at ? [[at[1], column(at)]] : [];
    merged.mark("is-current", cells);
    for (const { b, kernel, framed } of branches) {
      framed.mark("is-window", engine.isOn(state, b) ? cells : []);
      const here = pointed?.kind === "framed" && pointed.branch === b ? pointed.cell : null;
      framed.mark("is-pointed", here ? [[here[1], column(here)]] : []);
      const single = b > 0;
      const from = here && (!single || (here[1] === 1 && here[2] === 1)) ? here : null;
      kernel.mark("is-source", from ? [single ? [0, from[0]] : [from[1], column(from)]] : []);
    }
    // What a 3×3 kernel sees of the window; a 1×1 one sees the middle alone.
    const reader =
      pointed?.kind === "kernel" ? pointed.branch : !pointed && name === "apart" ? engine.present(state)[0] : null;
    const all = reader === 0 || (!pointed && name === "same");
    const seen = all || reader !== null ? [...view.cells.values()] : [];
    view.mark(
      "is-window",
      seen.filter(({ row, col }) => all || (row === 1 && col % 3 === 1)).map(({ row, col }) => [row, col]),
    );
    const [words, sum] = pointed ? engine.previewText(state, o, pointed) : engine.stepText(state, o);
    setText(shell.pointed, words);
    setText(shell.arithmetic, sum);
  }

  function speak() {
    const said = `${shell.pointed.textContent}: ${shell.arithmetic.textContent}`;
    shell.say(said.replaceAll("−", "minus ").replaceAll("×", " times "));
  }

  render();
  return shell.dispose;
}
