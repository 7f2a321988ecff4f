// ShapeCalculator: the output size along one axis, with the numbers put in and the windows drawn.

import { effectiveKernelSize, formula, outputSize, unread } from "../engine/shape.js";
import { setText } from "../view/dom.js";
import { createCountField } from "../view/field.js";
import { Grid } from "../view/grid.js";
import { createPanel, createShell } from "../view/shell.js";
import { createStore } from "../view/store.js";
import { createTransport } from "../view/transport.js";

const KEYS = ["n", "k", "stride", "padding", "dilation", "step"];
const FIELDS = [
  ["n", "Input size", 1],
  ["k", "Kernel size", 1],
  ["stride", "Stride", 1],
  ["padding", "Padding", 0],
  ["dilation", "Dilation", 1],
];
const MOST = 100000;
const DRAWN = 64;

const numbersOf = ({ n, k, stride, padding, dilation }) => [n, k, stride, padding, dilation];

/** The same layer in one line of PyTorch. */
const snippet = ({ n, k, stride, padding, dilation }) =>
  "import torch\n\n" +
  `layer = torch.nn.Conv1d(1, 1, ${k}, stride=${stride}, padding=${padding}, dilation=${dilation})\n` +
  `print(layer(torch.zeros(1, 1, ${n})).shape[-1])\n`;

export default function shapeCalculator({ model, el }) {
  const store = createStore(model, KEYS, render);
  const shell = createShell({ el, name: "Shape calculator", store, snippet: () => snippet(store.state) });
  let preview = null;
  const input = new Grid({
    name: "Input",
    onPreview(cell) {
      preview = cell && { where: "input", at: cell[1] };
      renderMarks();
    },
  });
  const output = new Grid({
    name: "Output",
    onPreview(cell) {
      preview = cell && { where: "output", at: cell[1] };
      renderMarks();
    },
    onPin([, at]) {
      transport.pause();
      preview = null;
      store.commit({ step: at }, { remember: false });
      renderMarks();
    },
  });
  const panels = [createPanel("Input", input.element), createPanel("Output", output.element)];
  shell.stage.append(panels[0].element, panels[1].element);
  const transport = createTransport({
    onStep(step) {
      preview = null;
      store.commit({ step }, { remember: false });
    },
    onPlaying: (playing) => !playing && speak(),
  });
  shell.addTransport(transport);

  const fields = Object.fromEntries(
    FIELDS.map(([key, label, least]) => [
      key,
      createCountField({
        label,
        least,
        most: MOST,
        onCommit(value) {
          const next = { ...store.state, [key]: value };
          const broken = rule(next);
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

  function rule({ n, k, padding, dilation }) {
    const span = effectiveKernelSize(k, dilation);
    if (span <= n + 2 * padding) return null;
    return (
      `The window spans ${span} (${dilation}·(${k} − 1) + 1), but the padded input has only ` +
      `${n + 2 * padding} (${n} + 2·${padding}). Use a smaller kernel or dilation, or more padding.`
    );
  }

  /** What the numbers mean, in a few words. */
  function remarks({ n, k, stride, padding, dilation }) {
    const span = effectiveKernelSize(k, dilation);
    const size = outputSize(n, k, stride, padding, dilation);
    const lost = n + 2 * padding - span - (size - 1) * stride;
    const said = [];
    if (span !== k) said.push(`The kernel spans ${span}.`);
    if (size === n) said.push("The size stays as it is.");
    else if (size * 2 === n) said.push("The size halves exactly.");
    if (stride === 1 && size !== n)
      said.push(
        span % 2
          ? `Padding ${(span - 1) / 2} would keep the size.`
          : "No equal padding on both sides keeps the size: the span is even.",
      );
    if (lost > 0) said.push(`The last ${lost === 1 ? "position is" : `${lost} positions are`} never read.`);
    return said.join(" ");
  }

  function render() {
    const { state } = store;
    const broken = rule(state);
    shell.complain(broken ?? "");
    if (broken) return;
    const { n, k, stride, padding, dilation } = state;
    const size = outputSize(n, k, stride, padding, dilation);
    const drawn = n + 2 * padding <= DRAWN;
    for (const panel of panels) panel.element.hidden = !drawn;
    if (drawn) {
      input.update({
        from: [0, -padding],
        to: [1, n + padding],
        text: (_, i) => (i < 0 || i >= n ? "0" : String(i)),
        padded: (_, i) => i < 0 || i >= n,
        label: (_, i) => (i < 0 || i >= n ? "padding 0" : `pixel ${i}`),
      });
      input.mark("is-unread", unread(n, k, stride, padding, dilation).map((i) => [0, i]));
      output.update({ to: [1, size], text: (_, o) => String(o), label: (_, o) => `output ${o}` });
    }
    panels[0].detail(padding ? `${n}, padded ${n + 2 * padding}` : `${n}`);
    panels[1].detail(`${size}`);
    for (const [key] of FIELDS) fields[key].set(state[key]);
    setText(shell.shape, remarks(state));
    shell.refresh();
    renderMarks();
    if (!transport.playing) speak();
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
    setText(shell.pointed, `Output ${shown} reads positions ${start} to ${start + span - 1}`.replaceAll("-", "−"));
    if (panels[0].element.hidden) return;
    const taps = Array.from({ length: k }, (_, t) => [0, start + t * dilation]);
    const skipped = Array.from({ length: span }, (_, t) => [0, start + t]).filter((_, t) => t % dilation);
    input.mark("is-window", taps);
    input.mark("is-skipped", skipped);
    input.moveFrame(0, start, 1, span);
    const fed = [];
    if (preview?.where === "input")
      for (let o = 0; o < size; o++)
        if (taps.some((_, t) => o * stride - padding + t * dilation === preview.at)) fed.push([0, o]);
    output.mark("is-affected", fed);
    input.mark("is-pointed", preview?.where === "input" ? [[0, preview.at]] : []);
    output.mark("is-current", [[0, shown]]);
    output.select(0, at);
    if (preview?.where === "input")
      setText(shell.pointed, `Position ${preview.at} feeds ${fed.length} output${fed.length === 1 ? "" : "s"}`.replaceAll("-", "−"));
  }

  function speak() {
    const { n, k, stride, padding, dilation } = store.state;
    shell.say(`Output size ${outputSize(n, k, stride, padding, dilation)}. ${remarks(store.state)}`);
  }

  render();
  return () => {
    transport.pause();
    store.dispose();
    shell.dispose();
  };
}
