// Network: a digit is drawn, a small network reads it; every map is shown, and every unit opens.

import * as net from "../engine/network.js";
import * as words from "../engine/network_words.js";
import { show } from "../engine/numbers.js";
import { h, icon, setText } from "../view/dom.js";
import { createButton, createChoice } from "../view/field.js";
import { colorOf, createMaps } from "../view/maps.js";
import { createOpened } from "../view/opened.js";
import { createPad } from "../view/pad.js";
import { createShares } from "../view/shares.js";
import { createPanel, createShell } from "../view/shell.js";
import { createStore } from "../view/store.js";

const KEYS = ["picture", "before", "tool", "cover", "step", "layer", "unit", "channel", "product"];
const { LEVELS, LAST } = net;
const ARROWS = [
  ["up", [-1, 0], "M8 13V3M4 7l4-4 4 4"],
  ["down", [1, 0], "M8 3v10M4 9l4 4 4-4"],
  ["left", [0, -1], "M13 8H3M7 4 3 8l4 4"],
  ["right", [0, 1], "M3 8h10M9 4l4 4-4 4"],
];
const EMPTY = "0".repeat(net.SIDE ** 2);

export default function network({ model, el }) {
  const store = createStore(model, KEYS, render);
  const snippet = () => words.networkPytorch(store.state);
  const shell = createShell({ el, name: "Network", store, snippet });
  /** @type {[level: number, unit: number] | null} */
  let preview = null;
  let [now, then] = [[], []]; // every level's numbers, of the picture and of the one before
  /** @type {Map<string, any[]>} */
  const known = new Map(); // the levels of the pictures last seen
  function levelsOf(seen) {
    const levels = known.get(seen) ?? net.forward(seen);
    known.delete(seen);
    known.set(seen, levels);
    if (known.size > 3) known.delete(known.keys().next().value);
    return levels;
  }
  const step = () => Math.min(Math.max(store.state.step, 0), LAST);

  const peek = (level) => (unit, byKey) => {
    preview = unit === null ? null : [level, unit];
    renderMarks();
    if (byKey) shell.say(shell.pointed.textContent.replaceAll("−", "minus "));
  };
  const open = (level) => (unit) => choose({ layer: level - 1, unit, channel: 0, product: 0 });
  function choose(changes) {
    transport.pause();
    preview = null;
    store.commit(changes, { remember: false });
  }
  /** Changes the picture; `kept` was there before, which the marks compare with. */
  function change(changes, kept = net.seen(store.state), remember = true) {
    transport.pause();
    const { state } = store;
    const [from, to] = [state, { ...state, ...changes }].map((each) => net.answer(levelsOf(net.seen(each))));
    // Who looks at the digit that is read still does.
    const follows = state.layer === LAST - 1 && state.unit === from && !state.channel;
    store.commit({ step: LAST, before: kept, ...changes, ...(follows && { unit: to }) }, { remember });
  }

  let held = ""; // what was seen as a stroke began
  let unsaved = true; // what one stroke changes is one step for Undo
  function stroke(started, changes, kept) {
    if (started) [held, unsaved] = [kept, true];
    if (Object.entries(changes).every(([key, value]) => String(value) === String(store.state[key]))) return;
    change(changes, held, unsaved);
    unsaved = false;
  }
  const pad = createPad({
    onPreview: (cell) => peek(0)(cell && cell[0] * net.SIDE + cell[1], false),
    onPaint: (picture, started) => stroke(started, { picture }, net.seen(store.state)),
    onCover: (cover, started) => stroke(started, { cover }, store.state.picture),
  });
  const layers = LEVELS.slice(1, LAST).map(({ name, maps, size }, i) => {
    const level = i + 1;
    const view = createMaps({ label: name, maps, size, onPreview: peek(level), onPick: open(level) });
    const panel = createPanel(name, view.element);
    panel.element.classList.add(`is-${maps}-${size}`);
    return { ...panel, view, level };
  });
  const shares = createShares({ onPreview: (digit, byKey) => peek(LAST)(digit, byKey), onPick: open(LAST) });
  const picture = createPanel("Picture", pad.element);
  const answer = createPanel("Answer", shares.element);
  shell.stage.classList.add("ex-net");
  shell.stage.append(picture.element, ...layers.map(({ element }) => element), answer.element);

  const opened = createOpened({
    onChoose: choose,
    onOpen: (level, unit) => open(level)(unit),
    onPreview(channel) {
      preview = null;
      renderMarks(channel);
    },
  });

  const transport = shell.addTransport({
    leave: () => {
      preview = null;
    },
    speak,
  });
  const beside = h("div", { class: "ex-inside" }, opened.element, shell.lines);
  transport.element.after(beside);

  // What is done to the picture.
  const tool = createChoice({
    label: "Tool",
    options: [
      ["draw", "Draw"],
      ["erase", "Erase"],
      ["cover", "Cover"],
    ],
    onChange(value) {
      const { tool: was, before, picture: whole } = store.state;
      change({ tool: value }, [was, value].includes("cover") ? whole : before);
    },
  });
  const arrows = ARROWS.map(([word, by, path]) => {
    const name = `Shift ${word}`;
    const press = () => change({ picture: net.shifted(store.state.picture, .../** @type {[number, number]} */ (by)) });
    return h("button", { type: "button", class: "ex-icon", "aria-label": name, title: name, click: press }, icon(path));
  });
  const clear = createButton("Clear", () => change({ picture: EMPTY }));
  const presets = net.EXAMPLES.map(([digit, stored], i) => {
    const canvas = h("canvas", { width: net.SIDE, height: net.SIDE, "aria-hidden": "true" });
    const name = `${digit}, a digit of the data${i < 10 ? "" : ", that is misread"}`;
    const press = () => change({ picture: stored }, stored);
    const element = h("button", { type: "button", "aria-label": name, title: name, click: press }, canvas);
    return { element, canvas, stored };
  });
  const bar = h(
    "div",
    { class: "ex-bar ex-netbar" },
    h("div", { class: "ex-ways" }, tool.element, h("div", { class: "ex-buttons" }, arrows), clear),
    h(
      "div",
      { class: "ex-digits", role: "group", "aria-label": "Digits" },
      presets.map(({ element }) => element),
    ),
  );
  shell.root.insertBefore(bar, shell.stage);

  let colors = [];
  const themed = new MutationObserver(tint);
  themed.observe(shell.root, { attributes: true, attributeFilter: ["data-theme"] });
  function tint() {
    if (net.broken(store.state)) return;
    colors = [colorOf(shell.root, "--weight"), colorOf(shell.root, "--window")];
    pad.tint(shell.root);
    for (const { canvas, stored } of presets) opened.shade(canvas, net.unpack(stored), 10, colors);
    draw();
  }

  function draw() {
    for (const { view, level } of layers) {
      const numbers = now[level];
      view.draw(step() < level ? [] : numbers, Math.max(...numbers), colors);
    }
    opened.draw(colors);
  }

  function render() {
    const { state } = store;
    const broken = net.broken(state);
    shell.complain(broken ?? "");
    if (broken) return;
    const seen = net.seen(state);
    const still = seen === state.before;
    then = levelsOf(state.before);
    now = levelsOf(seen);
    const cells = net.unpack(seen);
    pad.update({
      cells,
      picture: state.picture,
      state,
      label: (row, col, text) => `Row ${row}, column ${col}: ${text}`,
    });
    for (const { detail, element, level } of layers) {
      const { maps, size } = LEVELS[level];
      detail(still ? `${maps} × ${size}×${size}` : words.movedText(net.moved(now, then, level)));
      element.classList.toggle("is-later", step() < level);
    }
    answer.element.classList.toggle("is-later", step() < LAST);
    // What is drawn is read in one place with it: on a phone the answer stands a screen below.
    if (step() === LAST && !still && cells.some(Boolean)) picture.detail(words.readText(now));
    else picture.detail(state.tool === "cover" ? "no ink under the square" : "12×12, draw on it");
    answer.detail(still ? "share of each digit" : "│ before");
    shares.update(net.shares(now), still ? null : net.shares(then));
    tool.set(state.tool);
    for (const { element, stored } of presets) element.setAttribute("aria-pressed", String(stored === state.picture));
    opened.update(now, words.opened(state));
    if (colors.length) draw();
    renderMarks();
    transport.set(step(), LEVELS.length);
    shell.refresh();
    if (!transport.playing && !pad.busy) speak();
  }

  /** Where the pointed unit stands and what it reads, or the opened one's; `channel` of it, if one is pointed at. */
  function renderMarks(channel = null) {
    const { state } = store;
    const at = words.opened(state);
    const told = words.inside(now, at);
    const [level, unit] = preview ?? [at.level, at.unit];
    const only = preview ? null : (channel ?? (at.channel < 0 ? null : at.channel));
    const boxes = words.frames(level, unit, only);
    pad.mark("seen", boxes.seen(0, 0));
    pad.mark("unit", boxes.unit(0, 0));
    for (const { view, level: own } of layers)
      for (const name of ["seen", "unit", "fed"]) view.mark(name, (map) => boxes[name](own, map));
    shares.mark(preview ? boxes.digit : [], at.level === LAST ? at.unit : null);
    if (preview) setText(shell.pointed, words.pointed(now, level, unit));
    else {
      const part = at.channel < 0 && channel !== null && channel < told.partials.length;
      setText(shell.pointed, part ? words.partText(at, told, channel) : words.stepText(now, step()));
    }
    setText(shell.arithmetic, words.equation(at, told));
    setText(shell.shape, `${words.meaning(at, told)}\n${words.consequence(now, at, told)}`);
  }

  function speak() {
    const at = words.opened(store.state);
    const sum = show(words.inside(now, at).value).replace("−", "minus ");
    shell.say(
      `${words.stepText(now, step())}. Opened: ${LEVELS[at.level].name}, ${words.unitName(at.level, at.unit)}, ${sum}.`,
    );
  }

  render();
  const first = requestAnimationFrame(tint); // it has no colours before it stands on the page
  return () => {
    cancelAnimationFrame(first);
    themed.disconnect();
    shell.dispose();
  };
}
