// Deformable: one window whose sampling points are dragged between the pixels; all numbers follow.

import * as engine from "../engine/deformable.js";
import { show } from "../engine/numbers.js";
import { h, setText } from "../view/dom.js";
import { createButton, createCountField, createStepper } from "../view/field.js";
import { Grid } from "../view/grid.js";
import { createMotion } from "../view/motion.js";
import { createPoints } from "../view/points.js";
import { createPanel, createShell, sign } from "../view/shell.js";
import { createStore } from "../view/store.js";

const KEYS = ["input", "kernel", "offset", "mask", "modulated", "row", "column", "step"];
const AXES = ["Δrow", "Δcolumn"];
const clamp = (x, most) => Math.min(Math.max(x, 0), most);

export default function deformable({ model, el }) {
  const store = createStore(model, KEYS, render);
  const snippet = () => engine.deformablePytorch(state());
  const shell = createShell({ el, name: "Deformable convolution", store, snippet });
  const motion = createMotion(shell.root);
  let all = [];
  let pixel = null; // of the input, pointed at

  /** The state, its positions within what there is. */
  function state() {
    const now = store.state;
    const [rows, columns] = engine.places(now);
    const step = clamp(now.step, now.kernel.flat().length - 1);
    return { ...now, row: clamp(now.row, rows - 1), column: clamp(now.column, columns - 1), step };
  }
  const choose = (step) => store.commit({ step }, { remember: false });
  function change(changes, how) {
    transport.pause();
    store.commit(changes, how);
    return null;
  }
  const move = (n, moved, how) => change({ step: n, offset: engine.withOffset(store.state, n, moved) }, how);
  let fresh = false; // what one drag changes is one step for Undo
  /** How to remember a change by a drag; `started` with its first. */
  function dragging(started, commit) {
    const before = store.state;
    fresh ||= started;
    commit({ remember: fresh });
    fresh &&= store.state === before;
  }

  const edit = (name) =>
    shell.editor((row, col, value) => {
      const changed = structuredClone(store.state[name]);
      changed[row][col] = value;
      store.commit({ [name]: changed });
    });
  let held = null; // where the window was when its drag began
  const input = new Grid({
    name: "Input",
    onPreview(cell) {
      pixel = cell;
      renderMarks();
    },
    onEdit: edit("input"),
    onDrag(rows, columns, started) {
      if (started) held = state();
      const most = engine.places(held);
      const to = [held.row + Math.round(rows), held.column + Math.round(columns)];
      const [row, column] = to.map((x, axis) => clamp(x, most[axis] - 1));
      dragging(started, (how) => change({ row, column }, how));
    },
  });
  const points = createPoints(input, {
    onPick(n) {
      if (n !== state().step) transport.pause();
      choose(n);
    },
    onDrag: (n, at, started) => dragging(started, (how) => move(n, engine.dragged(state(), all[n], at), how)),
    onMove(n, by, far) {
      const { moved } = all[n];
      move(n, far ? engine.shifted(moved, by) : moved.map((x, i) => (by[i] ? engine.nudgedOffset(x, by[i]) : x)));
    },
  });
  /** Both grids have a cell for each point. */
  function pointAt(cell) {
    points.mark(cell && cell[0] * store.state.kernel[0].length + cell[1]);
    for (const grid of [sampled, kernel]) grid.mark("is-pointed", cell ? [cell] : []);
  }
  const onPin = ([a, b]) => {
    transport.pause();
    choose(a * store.state.kernel[0].length + b);
  };
  const sampled = new Grid({ name: "Sampled", onPreview: pointAt, onPin });
  const kernel = new Grid({ name: "Kernel", onPreview: pointAt, onPin, onEdit: edit("kernel") });
  const output = new Grid({ name: "Output" });

  // What is set.
  const presets = h("div", { class: "ex-ways ex-stacks", role: "group", "aria-label": "Offsets" });
  const pictures = h(
    "div",
    { class: "ex-ways ex-stacks", role: "group", "aria-label": "Pictures" },
    engine.PICTURES.map(([name, picture]) =>
      createButton(name, () => {
        const most = engine.places({ ...store.state, input: picture });
        const [row, column] = [store.state.row, store.state.column].map((x, axis) => clamp(x, most[axis] - 1));
        change({ input: picture, row, column });
      }),
    ),
  );
  shell.root.insertBefore(presets, shell.stage);
  shell.settings.append(pictures);
  const fields = AXES.map((label, axis) =>
    createStepper({
      label,
      parse: (text) => engine.parseOffset(text, label),
      format: show,
      nudge: engine.nudgedOffset,
      onCommit: (value) =>
        move(
          state().step,
          all[state().step].moved.map((x, i) => (i === axis ? value : x)),
        ),
      onError: shell.complain,
    }),
  );
  const mask = h("input", { type: "range", min: 0, max: 1, step: engine.BY, "aria-label": "Mask" });
  let sliding = false;
  mask.addEventListener("input", () => {
    const { step } = state();
    const changed = store.state.mask.map((x, n) => (n === step ? Number(mask.value) : x));
    change({ mask: changed }, { remember: !sliding });
    sliding = true;
  });
  mask.addEventListener("change", () => {
    sliding = false;
  });
  mask.addEventListener("keydown", (event) => event.stopPropagation());
  const masked = h("output", {});
  const masking = h("div", { class: "ex-masking" }, h("span", {}, "Mask ", masked), mask);
  const modulation = createButton("Masks (v2)", () => change({ modulated: !store.state.modulated }));
  const where = ["Output row", "Output column"].map((label, axis) =>
    createCountField({
      label,
      least: 0,
      most: () => engine.places(store.state)[axis] - 1,
      onCommit: (value) => change({ [axis ? "column" : "row"]: value }),
      onError: shell.complain,
    }),
  );
  shell.addMore(...where.map((field) => field.element));

  // What is shown.
  const panels = [
    createPanel("Input", input.element),
    createPanel("Sampled", sampled.element),
    createPanel("Kernel", kernel.element),
    createPanel("Output", output.element),
  ];
  const name = h("b");
  const looks = h("p");
  const tiles = Array.from({ length: 4 }, () => ({ what: h("b"), share: h("p") }));
  const read = h("p", { class: "ex-said-lines" });
  const slopes = h("p", { class: "ex-said-lines" });
  shell.stage.classList.add("ex-deform");
  panels[3].element.classList.add("is-output");
  shell.stage.append(
    panels[0].element,
    h(
      "div",
      { class: "ex-look" },
      h(
        "div",
        { class: "ex-sampling" },
        panels[1].element,
        sign("⋆"),
        panels[2].element,
        sign("="),
        panels[3].element,
        h("div", { class: "ex-looks" }, name, looks),
      ),
      h(
        "div",
        { class: "ex-knobs ex-ways" },
        fields.map((field) => field.element),
        modulation,
        masking,
      ),
      h(
        "div",
        { class: "ex-tiles" },
        tiles.map(({ what, share }) => h("div", {}, what, share)),
      ),
      read,
      slopes,
    ),
  );
  const transport = shell.addTransport({
    go: choose,
    follow(step) {
      const { a, b, sample, weight, n } = all[state().step];
      const text = `${show(sample)} × ${show(weight)}`;
      const target = output.cellAt(state().row, state().column);
      if (n === step) motion.fly([{ element: sampled.cellAt(a, b), text }], target);
    },
    speak,
  });

  const label = (row, col, text) => `row ${row}, column ${col}, ${text}`.replaceAll("−", "minus ");

  /** A preset for each rule that this kernel tells apart. */
  function offer(now) {
    const offered = engine.presets(now.kernel);
    if (presets.children.length !== offered.length)
      presets.replaceChildren(
        ...offered.map(([name], i) =>
          createButton(name, () => change({ offset: engine.presets(store.state.kernel)[i][1] })),
        ),
      );
    const press = (button, on) => button.setAttribute("aria-pressed", String(on));
    offered.forEach(([, offset], i) => press(presets.children[i], offset.join() === now.offset.join()));
    engine.PICTURES.forEach(([, picture], i) => press(pictures.children[i], String(picture) === String(now.input)));
    press(modulation, now.modulated);
  }

  function render() {
    const broken = engine.broken(store.state);
    shell.complain(broken ?? "");
    if (broken) return;
    const now = state();
    motion.cancel();
    all = engine.points(now);
    const size = [now.kernel.length, now.kernel[0].length];
    offer(now);
    input.update({
      ...engine.bounds(now),
      text: (i, j) => show(engine.pixelAt(now, i, j)),
      label,
      padded: (i, j) => now.input[i]?.[j] === undefined,
    });
    const largest = Math.max(...now.input.flat().map(Math.abs)) || 1;
    now.input.forEach((line, i) =>
      line.forEach((x, j) => input.cellAt(i, j).style.setProperty("--tone", String(Math.abs(x) / largest))),
    );
    sampled.update({ to: size, text: (a, b) => show(all[a * size[1] + b].sample), label });
    kernel.update({ to: size, text: (a, b) => show(now.kernel[a][b]), label });
    const at = [now.row, now.column];
    const sum = show(engine.total(now));
    output.update({ from: at, to: at.map((x) => x + 1), text: () => sum, label });
    output.mark("is-current", [at]);
    panels[0].detail(`${now.input.length}×${now.input[0].length}; drag points or window`);
    panels[1].detail(now.modulated ? "× mask" : "");
    panels[2].detail(size.join("×"));
    panels[3].detail(`(${at.join(", ")})`);
    input.moveFrame(...at, ...size);
    const inWindow = all.map(({ from }) => from);
    input.mark("is-grip", inWindow);
    where.forEach((field, axis) => field.set(at[axis]));
    transport.set(now.step, all.length);
    renderPoint(now);
    renderMarks();
    shell.refresh();
    if (!transport.playing) speak();
  }

  /** All that is told of the chosen point. */
  function renderPoint(now) {
    const point = all[now.step];
    fields.forEach((field, axis) => field.set(point.moved[axis]));
    mask.value = String(now.mask[now.step]);
    mask.setAttribute("aria-valuetext", show(now.mask[now.step]));
    setText(masked, show(now.mask[now.step]));
    masking.classList.toggle("is-off", !now.modulated);
    mask.disabled = !now.modulated;
    setText(name, `Point ${engine.pointName(point)}`);
    setText(looks, engine.placeTexts(point).join("\n"));
    const shares = engine.shareTexts(point);
    tiles.forEach(({ what, share }, i) => {
      const { value, share: part } = point.pixels[i];
      setText(what, show(value));
      setText(share, shares[i]);
      share.parentElement.style.setProperty("--share", String(part));
    });
    setText(read, engine.readText(point, now.modulated).join("\n"));
    setText(slopes, engine.gradientTexts(point, now.modulated).join("\n"));
    const told = all.map((one) => ({ ...one, label: engine.pointLabel(one), level: one.scale }));
    points.update(told, now.step, point.gradient);
    const cell = [[point.a, point.b]];
    sampled.mark("is-window", cell);
    kernel.mark("is-window", cell);
    const around = point.pixels.filter(({ share }) => share > 0);
    input.mark(
      "is-mixed",
      around.map(({ place }) => place),
    );
    for (const { place, share } of around) {
      const element = input.cellAt(...place);
      element?.style.setProperty("--share", String(share));
      element?.setAttribute("data-note", `${Number((100 * share).toFixed(1))}%`);
    }
    setText(shell.arithmetic, engine.sumText(now));
    setText(shell.shape, engine.partialText(now, now.step));
  }

  function renderMarks() {
    const now = state();
    const readers = pixel ? engine.readersOf(all, pixel) : [];
    sampled.mark(
      "is-affected",
      readers.map(({ point }) => [point.a, point.b]),
    );
    input.mark("is-pointed", pixel ? [pixel] : []);
    setText(shell.pointed, engine.pointedText(now, pixel));
  }

  function speak() {
    const now = state();
    shell.say(`${engine.pointLabel(all[now.step])}. The sum is ${show(engine.total(now)).replace("−", "minus ")}.`);
  }

  render();
  return () => {
    motion.cancel();
    shell.dispose();
  };
}
