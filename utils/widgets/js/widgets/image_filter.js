// ImageFilter: a photograph, an editable kernel, and what comes out; cursors linked.

import { correlate, decode, encode, paintable, patch } from "../engine/image.js";
import { show } from "../engine/numbers.js";
import { pytorch } from "../engine/snippet.js";
import { arithmetic } from "../engine/window.js";
import { h, setText } from "../view/dom.js";
import { createButton, createSelect } from "../view/field.js";
import { Grid } from "../view/grid.js";
import { createPanel, createShell, ledBy } from "../view/shell.js";
import { createStore } from "../view/store.js";

const KEYS = ["image", "kernel", "row", "column", "display"];
const ninth = 1 / 9;
const PRESETS = [
  ["Identity", [[0, 0, 0], [0, 1, 0], [0, 0, 0]], "clipped"],
  ["Box blur", Array.from({ length: 3 }, () => [ninth, ninth, ninth]), "clipped"],
  ["Gaussian blur", [[1 / 16, 1 / 8, 1 / 16], [1 / 8, 1 / 4, 1 / 8], [1 / 16, 1 / 8, 1 / 16]], "clipped"],
  ["Sharpen", [[0, -1, 0], [-1, 5, -1], [0, -1, 0]], "clipped"],
  ["Vertical edges", [[1, 0, -1], [2, 0, -2], [1, 0, -1]], "signed"],
  ["Horizontal edges", [[1, 2, 1], [0, 0, 0], [-1, -2, -1]], "signed"],
  ["Outline", [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]], "signed"],
  ["Emboss", [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]], "clipped"],
];
const DISPLAYS = [
  ["clipped", "cut at black and white"],
  ["signed", "zero is middle grey"],
  ["stretched", "stretched to fit"],
];
const TALLEST = 120;
const clamp = (x, most) => Math.min(Math.max(x, 0), most);

/** A picture with a frame over one spot; pointing, dragging and arrow keys choose the spot. */
function createPhoto({ name, onPreview, onPick, onMove, handle }) {
  const canvas = h("canvas", { role: "img", "aria-label": name });
  const spot = h("div", { class: "ex-spot" });
  const grip = handle ? h("div", { class: "ex-handle" }) : null;
  const box = h(
    "div",
    { class: "ex-photo", tabindex: "0", role: "application", "aria-label": `${name}: arrow keys move the window` },
    canvas,
    spot,
    grip,
  );
  const pixel = (event) => {
    const area = canvas.getBoundingClientRect();
    return [
      Math.floor(((event.clientY - area.top) / area.height) * canvas.height),
      Math.floor(((event.clientX - area.left) / area.width) * canvas.width),
    ];
  };
  let dragging = null;
  box.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    if (event.pointerType === "touch" && event.target !== grip) return;
    dragging = event.pointerId;
    box.setPointerCapture?.(dragging);
    onPick(pixel(event));
  });
  box.addEventListener("pointermove", (event) => {
    if (dragging === event.pointerId) onPick(pixel(event));
    else if (event.pointerType !== "touch") onPreview(pixel(event));
  });
  for (const type of ["pointerup", "pointercancel"])
    box.addEventListener(type, () => {
      dragging = null;
    });
  box.addEventListener("pointerleave", () => onPreview(null));
  // A tap, not a scroll: click comes only where the finger did not travel.
  box.addEventListener("click", (event) => onPick(pixel(event)));
  box.addEventListener("keydown", (event) => {
    const by = event.shiftKey ? 10 : 1;
    const move = { ArrowUp: [-by, 0], ArrowDown: [by, 0], ArrowLeft: [0, -by], ArrowRight: [0, by] }[event.key];
    if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
    onMove(...move);
    event.preventDefault();
    event.stopPropagation();
  });
  return {
    element: box,
    paint({ height, width }, levels) {
      canvas.width = width;
      canvas.height = height;
      const context = canvas.getContext("2d");
      const pixels = context.createImageData(width, height);
      for (let i = 0; i < levels.length; i++) {
        pixels.data.fill(levels[i], 4 * i, 4 * i + 3);
        pixels.data[4 * i + 3] = 255;
      }
      context.putImageData(pixels, 0, 0);
    },
    frame(row, col, rows, cols) {
      const place = (element, top, left) => {
        element.style.top = `${(100 * top) / canvas.height}%`;
        element.style.left = `${(100 * left) / canvas.width}%`;
      };
      place(spot, row, col);
      spot.style.height = `${(100 * rows) / canvas.height}%`;
      spot.style.width = `${(100 * cols) / canvas.width}%`;
      if (grip) place(grip, row + rows / 2, col + cols / 2);
    },
  };
}

export default function imageFilter({ model, el }) {
  const store = createStore(model, KEYS, render);
  const shell = createShell({ el, name: "Image filter", store, snippet: () => pytorch(config()) });
  let photo;
  let result;
  let painted = "";
  let preview = null;

  /** Output (row, col) whose window is centred on the pixel. */
  const centred = ([row, col]) => {
    const k = store.state.kernel;
    return [row - (k.length >> 1), col - (k[0].length >> 1)];
  };
  const within = ([row, col]) => [clamp(row, result.height - 1), clamp(col, result.width - 1)];
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
  const before = createPhoto({
    name: "Photograph",
    handle: true,
    onPreview: (p) => peek(p && centred(p)),
    onPick: (p) => pin(centred(p)),
    onMove: move,
  });
  const after = createPhoto({ name: "Filtered photograph", onPreview: peek, onPick: pin, onMove: move });

  const input = new Grid({ name: "Input", onPreview: pointAt("input") });
  const kernel = new Grid({
    name: "Kernel",
    onPreview: pointAt("kernel"),
    onEdit: shell.editor((row, col, value) => {
      const changed = structuredClone(store.state.kernel);
      changed[row][col] = value;
      store.commit({ kernel: changed });
    }),
  });
  const output = new Grid({ name: "Output" });
  const panels = [
    createPanel("Photograph", before.element),
    createPanel("Filtered", after.element),
    createPanel("Input", input.element),
    createPanel("Kernel", kernel.element),
    createPanel("Output", output.element),
  ];
  shell.stage.append(panels[0].element, panels[1].element);
  const close = h(
    "div",
    { class: "ex-stage" },
    panels[2].element, ledBy("⋆", panels[3]), ledBy("=", panels[4]),
  );
  shell.root.insertBefore(close, shell.lines);

  // The value under the pointer and the weight that meets it light up together.
  function pointAt(where) {
    return (cell) => {
      const cells = cell ? [cell] : [];
      (where === "input" ? input : kernel).mark("is-pointed", cells);
      (where === "input" ? kernel : input).mark("is-affected", cells);
    };
  }

  const preset = createSelect({
    label: "Kernel preset",
    options: [...PRESETS.map(([name]) => [name, name]), ["Custom", "Custom"]],
    onChange(name) {
      const found = PRESETS.find(([known]) => known === name);
      if (found) store.commit({ kernel: found[1], display: found[2] });
      else preset.set(presetName());
    },
  });
  const presetName = () =>
    PRESETS.find(([, weights]) => JSON.stringify(weights) === JSON.stringify(store.state.kernel))?.[0] ?? "Custom";
  const display = createSelect({
    label: "Shown",
    options: DISPLAYS,
    onChange: (value) => store.commit({ display: value }),
  });
  shell.settings.append(preset.element, display.element);
  shell.tools.append(
    createButton("Turn kernel by 180°", () =>
      store.commit({ kernel: store.state.kernel.map((row) => row.slice().reverse()).reverse() }),
    ),
    chooseFile(),
  );

  /** A picture of the reader's own; it is read here and sent nowhere. */
  function chooseFile() {
    const file = h("input", { type: "file", accept: "image/*", "aria-label": "Use your own picture" });
    file.addEventListener("change", async () => {
      if (!file.files[0]) return;
      try {
        const bitmap = await createImageBitmap(file.files[0]);
        const scale = Math.min(1, TALLEST / Math.max(bitmap.height, bitmap.width));
        const height = Math.max(8, Math.round(bitmap.height * scale));
        const width = Math.max(8, Math.round(bitmap.width * scale));
        const canvas = h("canvas", { width, height });
        const context = canvas.getContext("2d");
        context.drawImage(bitmap, 0, 0, width, height);
        const { data } = context.getImageData(0, 0, width, height);
        const levels = Uint8Array.from({ length: height * width }, (_, i) =>
          Math.round(0.299 * data[4 * i] + 0.587 * data[4 * i + 1] + 0.114 * data[4 * i + 2]),
        );
        store.commit({ image: encode({ height, width, levels }), row: 0, column: 0 });
        shell.complain("");
      } catch {
        shell.complain("That file is not a picture that this browser can read. Try a PNG or a JPEG.");
      }
      file.value = "";
    });
    return h("label", { class: "ex-file" }, h("span", {}, "Use your own picture"), file);
  }

  const at = () => preview ?? within([store.state.row, store.state.column]);
  const size = () => [store.state.kernel.length, store.state.kernel[0].length];
  const config = () => ({
    input: patch(photo, ...at(), size()),
    kernel: store.state.kernel,
    stride: [1, 1],
    padding: [0, 0],
    dilation: [1, 1],
    mode: "conv",
    bias: 0,
  });
  const label = (row, col, text) => `row ${row}, column ${col}, ${text}`.replaceAll("−", "minus ");

  function render() {
    const { image, kernel: weights, display: shown } = store.state;
    if (!photo || photo.source !== image.data) {
      photo = { ...decode(image), source: image.data };
      before.paint(photo, photo.levels);
    }
    const key = JSON.stringify([weights, shown, image.data.length, image.data.slice(0, 64)]);
    if (key !== painted || result.source !== image.data) {
      painted = key;
      result = { ...correlate(photo, weights), source: image.data };
      after.paint(result, paintable(result.values, shown));
      kernel.update({ to: size(), text: (u, v) => show(weights[u][v]), label });
      panels[0].detail(`${photo.height}×${photo.width}`);
      panels[1].detail(`${result.height}×${result.width}`);
      panels[3].detail(size().join("×"));
      preset.set(presetName());
      display.set(shown);
      shell.refresh();
    }
    renderMarks();
    const [row, col] = at();
    shell.say(`Output row ${row}, column ${col} is ${show(result.values[row * result.width + col])}.`);
  }

  function renderMarks() {
    const [row, col] = at();
    const window = config();
    const k = size();
    before.frame(row, col, ...k);
    after.frame(row, col, 1, 1);
    input.update({
      from: [row, col],
      to: [row + k[0], col + k[1]],
      text: (i, j) => show(window.input[i - row][j - col]),
      label,
    });
    const value = result.values[row * result.width + col];
    output.update({ from: [row, col], to: [row + 1, col + 1], text: () => show(value), label });
    output.mark("is-current", [[row, col]]);
    panels[2].detail(`window at (${row}, ${col})`);
    setText(shell.pointed, `Output (${row}, ${col}), in grey levels from 0, black, to 255, white`);
    setText(shell.arithmetic, arithmetic(window, 0, 0));
    setText(
      shell.shape,
      `${photo.height} − ${k[0]} + 1 = ${result.height} rows, ${photo.width} − ${k[1]} + 1 = ${result.width} columns`,
    );
  }

  render();
  return () => {
    store.dispose();
    shell.dispose();
  };
}
