// ChannelMix: three sliders weigh the planes of a colour photograph; cursors linked.

import { decode, paintable } from "../engine/image.js";
import * as engine from "../engine/mix.js";
import { show } from "../engine/numbers.js";
import { arithmetic } from "../engine/window.js";
import { h, setText } from "../view/dom.js";
import { createStepper } from "../view/field.js";
import { Grid } from "../view/grid.js";
import { createPhoto } from "../view/photo.js";
import { createPanel, createShell } from "../view/shell.js";
import { createStore } from "../view/store.js";
import { createThumbnails } from "../view/thumbnails.js";

const KEYS = ["image", "weights", "row", "column"];
const clamp = (x, most) => Math.min(Math.max(x, 0), most);

export default function channelMix({ model, el }) {
  const store = createStore(model, KEYS, render);
  const snippet = () => engine.mixPytorch(engine.pixel(photo, ...at()), store.state.weights);
  const shell = createShell({ el, name: "Channel mix", store, snippet });
  let photo;
  let mixed;
  let preview = null;

  const within = ([row, col]) => [clamp(row, photo.height - 1), clamp(col, photo.width - 1)];
  const at = () => preview ?? within([store.state.row, store.state.column]);
  const pin = (cell) => {
    const [row, column] = within(cell);
    preview = null;
    store.commit({ row, column }, { remember: false });
    renderMarks();
  };
  const peek = (cell) => {
    preview = cell && within(cell);
    renderMarks();
  };
  const move = (down, right) => pin([store.state.row + down, store.state.column + right]);
  const picture = (name) => createPhoto({ name, onPreview: peek, onPick: pin, onMove: move });
  const before = picture("Photograph");
  const planes = engine.COLOURS.map((colour) => picture(`${colour} plane`));
  const after = picture("Mixed picture");
  const output = new Grid({ name: "Output" });

  const weigh = (c, weight, how) => {
    const weights = store.state.weights.map((kept, i) => (i === c ? weight : kept));
    store.commit({ weights }, how);
    return null;
  };
  const fields = engine.COLOURS.map((colour, c) =>
    createStepper({
      label: `${colour} weight`,
      parse: (text) => engine.parseWeight(text, `${colour} weight`),
      format: show,
      nudge: engine.nudged,
      onCommit: (weight) => weigh(c, weight),
      onError: shell.complain,
    }),
  );
  const sliders = engine.COLOURS.map((colour, c) =>
    createSlider(`${colour} weight, slider`, (...sent) => weigh(c, ...sent)),
  );
  const panels = {
    before: createPanel("Photograph", before.element),
    planes: planes.map((plane, c) => createPanel(engine.COLOURS[c], plane.element)),
    after: createPanel("Mixed", after.element),
    output: createPanel("Output", output.element),
  };
  shell.stage.classList.add("ex-mix");
  shell.stage.append(
    panels.before.element,
    h(
      "div",
      { class: "ex-planes" },
      panels.planes.map(({ element }, c) =>
        h("div", { class: "ex-plane" }, element, h("div", { class: "ex-settings" }, fields[c].element, sliders[c])),
      ),
    ),
    h("div", { class: "ex-mixed" }, panels.after.element, panels.output.element),
  );
  const thumbnails = createThumbnails({
    label: "Weights preset",
    presets: engine.PRESETS,
    pictures: (of) =>
      engine.PRESETS.map(([, weights]) => {
        const result = engine.mix(of, weights);
        return { ...result, levels: paintable(result.values, "signed") };
      }),
    onChoose: ([, weights]) => store.commit({ weights }),
  });
  shell.root.insertBefore(thumbnails.element, shell.stage);

  /** A slider; what one drag changes is one step for Undo. */
  function createSlider(label, onInput) {
    const [most, step] = [engine.MOST, engine.BY];
    const slider = h("input", { type: "range", min: -most, max: most, step, "aria-label": label });
    let dragging = false;
    slider.addEventListener("input", () => {
      shell.complain("");
      onInput(Number(slider.value), { remember: !dragging });
      dragging = true;
    });
    slider.addEventListener("change", () => {
      dragging = false;
    });
    slider.addEventListener("keydown", (event) => event.stopPropagation());
    return slider;
  }

  function render() {
    const { image, weights } = store.state;
    if (photo?.source !== image.data || photo.height !== image.height) {
      photo = { ...decode(image), source: image.data };
      const levels = engine.planes(photo);
      before.paint(photo, ...levels);
      planes.forEach((plane, c) => plane.paint(photo, ...engine.tinted(levels[c], c)));
      panels.before.detail(`3×${photo.height}×${photo.width}`);
      panels.after.detail(`1×${photo.height}×${photo.width}`);
      thumbnails.draw(photo);
    }
    mixed = engine.mix(photo, weights);
    after.paint(mixed, paintable(mixed.values, "signed"));
    weights.forEach((weight, c) => {
      fields[c].set(weight);
      sliders[c].value = String(weight);
      sliders[c].setAttribute("aria-valuetext", show(weight));
    });
    thumbnails.set(engine.PRESETS.find(([, known]) => known.join() === weights.join())?.[0]);
    setText(shell.shape, engine.rule(mixed.values));
    renderMarks();
    shell.refresh();
    const [row, col] = at();
    shell.say(`Output row ${row}, column ${col} is ${show(mixed.values[row * mixed.width + col])}.`);
  }

  function renderMarks() {
    const [row, col] = at();
    const numbers = engine.pixel(photo, row, col);
    const value = show(mixed.values[row * mixed.width + col]);
    for (const marked of [before, ...planes, after]) marked.frame(row, col, 1, 1);
    panels.planes.forEach((panel, c) => panel.detail(String(numbers[c])));
    panels.output.detail(`at (${row}, ${col})`);
    const label = (r, c, text) => `row ${r}, column ${c}, ${text}`.replaceAll("−", "minus ");
    output.update({ from: [row, col], to: [row + 1, col + 1], text: () => value, label });
    output.mark("is-current", [[row, col]]);
    const words = engine.COLOURS.map((colour, c) => `${colour.toLowerCase()} ${numbers[c]}`);
    setText(shell.pointed, `Pixel (${row}, ${col}): ${words.join(", ")}, in levels from 0 to 255`);
    setText(shell.arithmetic, arithmetic(engine.asWindow(numbers, store.state.weights), 0, 0));
  }

  render();
  return () => {
    thumbnails.dispose();
    shell.dispose();
  };
}
