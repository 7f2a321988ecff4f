// ImageFilter: a photograph, an editable kernel, and what comes out; cursors linked.

import { correlate, decode, encode, filtered, paintable, patch, shrunk } from "../engine/image.js";
import { show } from "../engine/numbers.js";
import { pytorch } from "../engine/snippet.js";
import { arithmetic } from "../engine/window.js";
import { h, setText } from "../view/dom.js";
import { createButton, createSelect } from "../view/field.js";
import { Grid } from "../view/grid.js";
import { createPhoto, createSweep } from "../view/photo.js";
import { createPanel, createShell, ledBy } from "../view/shell.js";
import { createStore } from "../view/store.js";
import { createThumbnails, SIDE } from "../view/thumbnails.js";

const KEYS = ["image", "kernel", "row", "column", "display", "presets"];
const ninth = 1 / 9;
const PRESETS = [
  [
    "Identity",
    [
      [0, 0, 0],
      [0, 1, 0],
      [0, 0, 0],
    ],
    "clipped",
  ],
  ["Box blur", Array.from({ length: 3 }, () => [ninth, ninth, ninth]), "clipped"],
  [
    "Gaussian blur",
    [
      [1 / 16, 1 / 8, 1 / 16],
      [1 / 8, 1 / 4, 1 / 8],
      [1 / 16, 1 / 8, 1 / 16],
    ],
    "clipped",
  ],
  [
    "Sharpen",
    [
      [0, -1, 0],
      [-1, 5, -1],
      [0, -1, 0],
    ],
    "clipped",
  ],
  [
    "Vertical edges",
    [
      [1, 0, -1],
      [2, 0, -2],
      [1, 0, -1],
    ],
    "signed",
  ],
  [
    "Horizontal edges",
    [
      [1, 2, 1],
      [0, 0, 0],
      [-1, -2, -1],
    ],
    "signed",
  ],
  [
    "Outline",
    [
      [-1, -1, -1],
      [-1, 8, -1],
      [-1, -1, -1],
    ],
    "signed",
  ],
  [
    "Emboss",
    [
      [-2, -1, 0],
      [-1, 1, 1],
      [0, 1, 2],
    ],
    "clipped",
  ],
];
const DISPLAYS = [
  ["clipped", "cut at black and white"],
  ["signed", "zero is middle grey"],
  ["stretched", "stretched to fit"],
];
const TALLEST = 120;
const SMALL = 3; // rows or columns of a kernel that has room beside the photographs
const clamp = (x, most) => Math.min(Math.max(x, 0), most);

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
    sweep.stop();
    const [row, column] = within(cell);
    preview = null;
    store.commit({ row, column }, { remember: false });
    renderMarks();
  };
  const peek = (cell) => {
    if (sweep.running) return; // the window is under way
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
  const close = h("div", { class: "ex-stage" }, panels[2].element, ledBy("⋆", panels[3]), ledBy("=", panels[4]));
  const display = createSelect({
    label: "Shown",
    options: DISPLAYS,
    onChange: (value) => store.commit({ display: value }),
  });
  const sweep = createSweep({
    onReach(part) {
      const count = Math.floor(part * result.height * result.width);
      preview = [Math.floor(count / result.width), count % result.width];
      after.reveal(count);
      renderMarks();
    },
    onEnd() {
      preview = null;
      after.reveal(result.height * result.width);
      setText(sweepButton, "Sweep");
      renderMarks();
      speak();
    },
  });
  const sweepButton = createButton("Sweep", () => {
    if (sweep.running) return sweep.stop();
    setText(sweepButton, "Stop");
    sweep.start();
  });
  sweepButton.classList.add("is-main");
  let presets = [];
  let offered = "";
  let thumbnails = null;
  shell.stage.classList.add("ex-photos");
  shell.stage.append(
    panels[0].element,
    panels[1].element,
    close,
    h("div", { class: "ex-settings" }, sweepButton, display.element),
  );

  /** Little pictures of the kernels to choose from: the notebook's own, or the course's. */
  function offer(own) {
    offered = JSON.stringify(own);
    presets = own.length ? own : PRESETS;
    thumbnails?.element.remove();
    thumbnails?.dispose();
    const shownAs = presets.map(([, , shown]) => shown ?? store.state.display);
    thumbnails = createThumbnails({
      label: "Kernel preset",
      presets,
      pictures: (of) => presets.map(([, weights], i) => filtered(shrunk(of, SIDE), weights, shownAs[i])),
      onChoose: ([name, weights]) => {
        const display = presets.find(([known]) => known === name)[2] ?? store.state.display;
        store.commit({ kernel: weights, display });
      },
    });
    shell.root.insertBefore(thumbnails.element, shell.stage);
  }

  // A pixel of the window and the weight that meets it light each other.
  function pointAt(where) {
    return (cell) => {
      const [row, col] = at();
      const by = where === "input" ? [-row, -col] : [row, col];
      const met = cell && [cell[0] + by[0], cell[1] + by[1]];
      const [pointed, other] = where === "input" ? [input, kernel] : [kernel, input];
      pointed.mark("is-pointed", cell ? [cell] : []);
      other.mark("is-affected", met ? [met] : []);
    };
  }

  const presetName = () =>
    presets.find(([, weights]) => JSON.stringify(weights) === JSON.stringify(store.state.kernel))?.[0];
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
    return h("label", { class: "ex-file" }, file, h("span", {}, "Use your own picture"));
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
    const { image, kernel: weights, display: shown, presets: own = [] } = store.state;
    const isNew = JSON.stringify(own) !== offered;
    if (isNew) offer(own);
    if (isNew || photo.source !== image.data) {
      photo = { ...decode(image), source: image.data };
      before.paint(photo, photo.levels);
      const fits = ([, k]) => photo.height >= k.length && photo.width >= k[0].length;
      thumbnails.element.hidden = !presets.every(fits);
      if (!thumbnails.element.hidden) thumbnails.draw(photo);
    }
    const key = JSON.stringify([weights, shown, image.data.length, image.data.slice(0, 64)]);
    if (key !== painted || result.source !== image.data) {
      painted = key;
      sweep.stop();
      result = { ...correlate(photo, weights), source: image.data };
      after.paint(result, paintable(result.values, shown));
      kernel.update({ to: size(), text: (u, v) => show(weights[u][v]), label });
      panels[0].detail(`${photo.height}×${photo.width}`);
      panels[1].detail(`${result.height}×${result.width}`);
      panels[3].detail(size().join("×"));
      shell.root.classList.toggle("is-large", Math.max(...size()) > SMALL);
      thumbnails.set(presetName());
      display.set(shown);
      shell.refresh();
    }
    renderMarks();
    speak();
  }

  function speak() {
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
    panels[2].detail(`at (${row}, ${col})`);
    setText(shell.pointed, `Output (${row}, ${col}), in grey levels from 0, black, to 255, white`);
    setText(shell.arithmetic, arithmetic(window, 0, 0));
    setText(
      shell.shape,
      `${photo.height} − ${k[0]} + 1 = ${result.height} rows, ${photo.width} − ${k[1]} + 1 = ${result.width} columns`,
    );
  }

  render();
  return () => {
    sweep.stop();
    thumbnails.dispose();
    shell.dispose();
  };
}
