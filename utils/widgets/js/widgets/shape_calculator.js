// ShapeCalculator: the output size along one axis, with the numbers put in and the windows drawn.

import * as axis from "../engine/axis.js";
import { others } from "../engine/others.js";
import { effectiveKernelSize, formula, outputSize, unread } from "../engine/shape.js";
import { h, setText } from "../view/dom.js";
import { createButton, createCountField } from "../view/field.js";
import { Grid } from "../view/grid.js";
import { createPanel, createShell } from "../view/shell.js";
import { createStore } from "../view/store.js";

const KEYS = ["n", "k", "stride", "padding", "dilation", "step"];
const FIELDS = [
  ["n", "Input size", 1],
  ["k", "Kernel size", 1],
  ["stride", "Stride", 1],
  ["padding", "Padding", 0],
  ["dilation", "Dilation", 1],
];
const MOST = 100000;
const OFFERED = 8; // ways to a wanted size; more would be a list to read
const minus = (x) => String(x).replaceAll("-", "−");
const count = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;

const numbersOf = ({ n, k, stride, padding, dilation }) => [n, k, stride, padding, dilation];

export default function shapeCalculator({ model, el }) {
  const store = createStore(model, KEYS, render);
  const shell = createShell({ el, name: "Shape calculator", store, snippet: () => axis.pytorch(store.state) });
  let preview = null;
  let drawn = null; // what of the axis is drawn
  let outputs = []; // of each drawn column of Output, the output, or −1
  const pointAt = (where, read) => (cell) => {
    const at = cell && read(cell[1]);
    preview = Number.isInteger(at) ? { where, at } : null;
    renderMarks();
  };
  const input = new Grid({ name: "Input", onPreview: pointAt("input", (column) => positionOf(column)) });
  const output = new Grid({
    name: "Output",
    onPreview: pointAt("output", (column) => (outputs[column] >= 0 ? outputs[column] : null)),
    onPin([, column]) {
      if (!(outputs[column] >= 0)) return;
      transport.pause();
      preview = null;
      store.commit({ step: outputs[column] }, { remember: false });
      renderMarks();
    },
  });
  const panels = [createPanel("Input", input.element), createPanel("Output", output.element)];
  const line = h(
    "div",
    { class: "ex-axis" },
    panels.map((panel) => panel.element),
  );
  const undrawn = h("p", { class: "ex-pointed" }, "The window is too wide to draw; the formula holds all the same.");
  shell.stage.append(line, undrawn);
  const transport = shell.addTransport({
    leave: () => {
      preview = null;
    },
    speak,
  });

  const fields = Object.fromEntries(
    FIELDS.map(([key, label, least]) => [
      key,
      createCountField({
        label,
        least,
        most: MOST,
        onCommit(value) {
          const next = { ...store.state, [key]: value };
          const broken = axis.broken(next);
          if (broken) return broken;
          transport.pause();
          preview = null;
          store.commit({ [key]: value, step: Math.min(next.step, outputSize(...numbersOf(next)) - 1) });
          return null;
        },
        onError: shell.complain,
      }),
    ]),
  );
  shell.settings.append(...FIELDS.map(([key]) => fields[key].element));

  // Backwards: from a size to the settings that give it.
  let wanted = null; // until the reader says so, the size that there is
  const goal = createCountField({
    label: "Wanted output",
    least: 1,
    most: MOST,
    onCommit(value) {
      wanted = value;
      renderWays();
      return null;
    },
    onError: shell.complain,
  });
  let offered = "";
  const ways = h("div", {
    class: "ex-ways",
    "data-part": "ways",
    role: "group",
    "aria-label": "Settings that give it",
  });
  const operators = h("ul", { "data-part": "operators" });
  shell.tools.after(
    h(
      "details",
      { class: "ex-more" },
      h("summary", {}, "Backwards: which stride and padding give a size?"),
      h("div", { class: "ex-settings" }, goal.element, ways),
    ),
    h("details", { class: "ex-more" }, h("summary", {}, "The same numbers in other operators"), operators),
  );

  function renderWays() {
    const { n, k, stride, padding, dilation } = store.state;
    const size = wanted ?? outputSize(n, k, stride, padding, dilation);
    const found = axis.settingsFor(store.state, size);
    goal.set(size);
    const buttons = found.slice(0, OFFERED);
    const rest = found.length - buttons.length;
    const span = effectiveKernelSize(k, dilation);
    let said = rest ? `and ${rest} more, with padding up to ${found.at(-1).padding}` : "";
    if (!found.length)
      said =
        size > n + span - 1
          ? `At most ${count(n + span - 1, "window")} of ${span} can touch ${count(n, "pixel")}.`
          : `No stride gives ${size} with equal padding below ${span}.`;
    const key = JSON.stringify([found, said]);
    if (key !== offered)
      // else they stay, and the focus with them
      ways.replaceChildren(
        ...buttons.map(({ padding: p, least, most }) =>
          createButton(`stride ${least === most ? least : `${least} to ${most}`}, padding ${p}`, () => {
            transport.pause();
            wanted = size;
            store.commit({ stride: least, padding: p, step: 0 });
          }),
        ),
        h("span", {}, said),
      );
    offered = key;
    buttons.forEach(({ padding: p, least, most }, i) => {
      const chosen = p === padding && least <= stride && stride <= most;
      ways.children[i].setAttribute("aria-pressed", String(chosen));
    });
  }

  function render() {
    const { state } = store;
    const broken = axis.broken(state);
    shell.complain(broken ?? "");
    if (broken) return;
    const { n, k, stride, padding, dilation } = state;
    const size = outputSize(n, k, stride, padding, dilation);
    drawn = axis.layout(state);
    outputs = drawn?.outputs ?? [];
    line.hidden = !drawn;
    undrawn.hidden = Boolean(drawn);
    if (drawn) renderAxis(state);
    panels[0].detail(padding ? `${n}, padded ${n + 2 * padding}` : `${n}`);
    panels[1].detail(`${size}`);
    for (const [key] of FIELDS) fields[key].set(state[key]);
    setText(shell.shape, axis.remarks(state));
    operators.replaceChildren(...others(state).map((said) => h("li", {}, said)));
    renderWays();
    shell.refresh();
    renderMarks();
    if (!transport.playing) speak();
  }

  const isGap = (column) => drawn.gap >= 0 && column + store.state.padding === drawn.gap;
  /** Columns of Input are the input's own indices up to the gap; behind it, less what is left out. */
  const columnOf = (position) => {
    const column = drawn.at(position);
    return column === null ? null : column - store.state.padding;
  };
  const positionOf = (column) => {
    if (isGap(column)) return null;
    return drawn.gap >= 0 && column + store.state.padding > drawn.gap ? column + drawn.left - 1 : column;
  };

  function renderAxis({ n, k, stride, padding, dilation }) {
    const outside = (column) => !isGap(column) && (positionOf(column) < 0 || positionOf(column) >= n);
    const between = (count) => `… ${count} more …`;
    input.update({
      from: [0, -padding],
      to: [1, drawn.columns - padding],
      text: (_, c) => (isGap(c) ? between(drawn.left) : minus(positionOf(c))),
      padded: (_, c) => outside(c),
      label: (_, c, text) =>
        isGap(c) ? `${text} positions` : `${outside(c) ? "padding" : "pixel"} ${text.replace("−", "minus ")}`,
    });
    const skipped = drawn.left ? [] : unread(n, k, stride, padding, dilation);
    input.mark(
      "is-unread",
      skipped.map((i) => [0, columnOf(i)]),
    );
    input.mark("is-gap", drawn.left ? [[0, drawn.gap - padding]] : []);
    output.update({
      to: [1, outputs.length],
      text: (_, c) => (outputs[c] < 0 ? (drawn.out ? between(drawn.out) : "") : String(outputs[c])),
      label: (_, c, text) => (outputs[c] < 0 ? `${text} outputs` : `output ${text}`),
    });
    output.mark(
      "is-gap",
      outputs.flatMap((o, c) => (o < 0 ? [[0, c]] : [])),
    );
    // Each output stands under the middle of its window, so many cells from the left.
    const span = effectiveKernelSize(k, dilation);
    const middle = (o) => axis.offset(drawn, drawn.at(o * stride - padding)) + (span - 1) / 2;
    let end = 0;
    for (const { element, col } of output.cells.values()) {
      const next = outputs[col + 1];
      const wide =
        outputs[col] >= 0 ? 1 : (next === undefined ? middle(outputs[col - 1]) + 1 + axis.GAP : middle(next)) - end;
      const start = outputs[col] >= 0 ? middle(outputs[col]) : end;
      element.style.setProperty("--lead", start - end);
      element.style.setProperty("--wide", wide);
      end = start + wide;
    }
    line.style.setProperty("--columns", axis.offset(drawn, drawn.columns - 1) + 1);
  }

  function renderMarks() {
    const { n, k, stride, padding, dilation, step } = store.state;
    const size = outputSize(n, k, stride, padding, dilation);
    const at = Math.min(Math.max(step, 0), size - 1);
    const shown = preview?.where === "output" ? preview.at : at;
    const start = shown * stride - padding;
    transport.set(at, size);
    setText(shell.arithmetic, formula(n, k, stride, padding, dilation));
    const span = effectiveKernelSize(k, dilation);
    const read = `Output ${shown} reads positions ${start} to ${start + span - 1}`;
    const fed = [];
    const at0 = preview?.where === "input" ? preview.at : null;
    if (at0 !== null)
      for (let t = 0; t < k; t++) {
        const o = (at0 + padding - t * dilation) / stride;
        if (Number.isInteger(o) && o >= 0 && o < size) fed.push(o);
      }
    const feeds = `Position ${at0} feeds ${fed.length} output${fed.length === 1 ? "" : "s"}`;
    setText(shell.pointed, minus(at0 === null ? read : feeds));
    if (!drawn) return;
    // A window that what is left out cuts through is not drawn; the gap stands for it.
    const [from, to] = [columnOf(start), columnOf(start + span - 1)];
    const whole = from !== null && to !== null && to - from === span - 1;
    const among = (test) =>
      Array.from({ length: whole ? span : 0 }, (_, t) => t)
        .filter(test)
        .map((t) => [0, from + t]);
    const taps = among((t) => t % dilation === 0);
    input.mark("is-window", whole ? taps : drawn.left ? [[0, drawn.gap - padding]] : []);
    input.mark(
      "is-skipped",
      among((t) => t % dilation),
    );
    const column = whole ? axis.offset(drawn, from + padding) - padding : 0;
    input.moveFrame(
      0,
      column,
      1,
      span,
      taps.map((_, t) => [0, t * dilation, ""]),
    );
    input.frame.hidden = !whole;
    if (whole) keepInView(column + padding, span);
    const drawnAt = (o) => outputs.indexOf(outputs.includes(o) ? o : -1);
    const cellsOf = (list) => [...new Set(list.map(drawnAt))].filter((c) => c >= 0).map((c) => [0, c]);
    output.mark("is-affected", cellsOf(fed));
    input.mark("is-pointed", at0 === null ? [] : [[0, columnOf(at0)]]);
    output.mark("is-current", cellsOf([shown]));
    const chosen = drawnAt(at);
    if (chosen >= 0) output.select(0, chosen);
  }

  /** Scrolls a long axis to its window. */
  function keepInView(column, span) {
    const cell = line.scrollWidth / axis.offset(drawn, drawn.columns);
    const [left, right] = [column * cell, (column + span) * cell];
    if (left < line.scrollLeft || right > line.scrollLeft + line.clientWidth)
      line.scrollLeft = left - (line.clientWidth - span * cell) / 2;
  }

  function speak() {
    const { n, k, stride, padding, dilation } = store.state;
    shell.say(`Output size ${outputSize(n, k, stride, padding, dilation)}. ${axis.remarks(store.state)}`);
  }

  render();
  return shell.dispose;
}
