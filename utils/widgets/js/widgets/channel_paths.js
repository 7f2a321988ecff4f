// ChannelPaths: channels in columns; choosing one lights all that it reaches; what each stack costs.

import { parsePair } from "../engine/numbers.js";
import * as engine from "../engine/paths.js";
import { h, setText } from "../view/dom.js";
import { createButton, createStepper } from "../view/field.js";
import { createGraph } from "../view/graph.js";
import { createPanel, createShell } from "../view/shell.js";
import { createStore } from "../view/store.js";

const KEYS = ["layers", ...engine.SETTINGS.map(([key]) => key), "channel"];

export default function channelPaths({ model, el }) {
  const store = createStore(model, KEYS, render);
  const snippet = () => engine.pathsPytorch({ ...store.state, channel: chosen() });
  const shell = createShell({ el, name: "Channel paths", store, snippet });
  /** @type {[level: number, index: number] | null} */
  let preview = null;

  const chosen = () => Math.min(Math.max(store.state.channel, 0), store.state.in_channels - 1);
  const graph = createGraph({
    onPreview(at) {
      preview = at;
      renderMarks();
    },
    onPick([level, index]) {
      if (level) return; // it stays lit while it has the focus
      preview = null;
      store.commit({ channel: index }, { remember: false });
      renderMarks();
      graph.reveal();
    },
  });

  function attempt(changes) {
    const broken = engine.brokenPaths({ ...store.state, ...changes });
    if (broken) return broken;
    preview = null;
    store.commit(changes);
    return null;
  }
  const presets = engine.PRESETS.map(([name, settings]) =>
    createButton(name, () => shell.complain(attempt(settings) ?? "")),
  );
  const strip = h("div", { class: "ex-ways ex-stacks", role: "group", "aria-label": "Presets" }, presets);
  // The stack grows and shrinks at its end.
  const stack = (layers) => shell.complain(attempt({ layers }) ?? "");
  const adders = engine.KINDS.map((kind) => createButton(kind, () => stack([...store.state.layers, kind])));
  const remove = createButton("Remove the last", () => stack(store.state.layers.slice(0, -1)));
  const adding = h("div", { class: "ex-ways ex-stacks", role: "group", "aria-label": "Layers" }, "Add", adders, remove);
  shell.root.insertBefore(h("div", { class: "ex-bar" }, strip, adding), shell.stage);
  const fields = engine.SETTINGS.map(([key, label, most]) =>
    createStepper({
      label,
      parse(text) {
        const { value, error } = parsePair(text, { name: label, least: 1, most, pair: false });
        return error ? { error } : { value: value[0] };
      },
      format: String,
      nudge: (value, by) => engine.nudged(store.state, key, value, by),
      onCommit: (value) => attempt({ [key]: value }),
      onError: shell.complain,
    }),
  );
  shell.settings.append(...fields.map((field) => field.element));

  const body = h("tbody");
  const places = h("span"); // on which multiply-adds are counted
  const head = h(
    "tr",
    {},
    h("td"),
    ["weights", [h("b", {}, "multiply-adds"), " ", places], "of full"].map((words) => h("th", { scope: "col" }, words)),
  );
  const counts = createPanel("Counted", h("table", { class: "ex-counts" }, h("thead", {}, head), body));
  const drawn = createPanel("Channels", graph.element);
  drawn.detail("inputs left, outputs right");
  shell.stage.append(drawn.element);
  const layout = h("div", { class: "ex-paths" }); // on a phone the words come right after the channels
  shell.stage.replaceWith(layout);
  layout.append(shell.stage, shell.lines, h("div", { class: "ex-beside" }, shell.settings, counts.element));

  function render() {
    const { state } = store;
    const broken = engine.brokenPaths(state);
    shell.complain(broken ?? "");
    if (broken) return;
    const widths = engine.widthsOf(state);
    graph.update({
      levels: widths.map((n, level) => ({
        name: level ? `After layer ${level}` : "Input",
        cells: Array.from({ length: n }, (_, i) => ({
          text: String(engine.cellText(state, level, i)),
          label: engine.cellLabel(state, level, i),
        })),
      })),
      layers: state.layers.map((_, l) => ({
        told: engine.layerText(state, l),
        links: engine.links(state, l),
        bands: engine.bands(state, l),
      })),
    });
    graph.select([0, chosen()]);
    const same = (settings) => Object.entries(settings).every(([key, x]) => String(state[key]) === String(x));
    engine.PRESETS.forEach(([, settings], i) => presets[i].setAttribute("aria-pressed", String(same(settings))));
    engine.SETTINGS.forEach(([key], i) => fields[i].set(state[key]));
    for (const button of adders) button.classList.toggle("is-idle", state.layers.length === engine.MOST_LAYERS);
    remove.classList.toggle("is-idle", state.layers.length === 1);
    counts.detail(engine.comparedText(state));
    setText(places, `on ${state.input_size}×${state.input_size}`);
    body.replaceChildren(
      ...engine.comparison(state).map(({ name, weights, multiplyAdds, ratio, shown }) =>
        h(
          "tr",
          { "aria-current": shown ? "true" : null },
          h("th", { scope: "row" }, name),
          [weights, multiplyAdds, ratio].map((text) => h("td", {}, text)),
        ),
      ),
    );
    setText(shell.arithmetic, engine.weightsText(state));
    setText(shell.shape, engine.ratioText(state));
    renderMarks();
    shell.refresh();
    shell.say(engine.pointedText(state, 0, chosen()));
  }

  function renderMarks() {
    const { state } = store;
    const [level, index] = preview ?? [0, chosen()];
    graph.mark({ ways: engine.pathsOf(state, level, index), at: [level, index], chosen: chosen() });
    setText(shell.pointed, engine.pointedText(state, level, index));
  }

  render();
  return shell.dispose;
}
