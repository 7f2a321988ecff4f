// CausalStack: convolutions over time, one above the other; what an output sees, and what a step computes.

import * as engine from "../engine/causal.js";
import { show } from "../engine/numbers.js";
import { h, setText } from "../view/dom.js";
import { createButton, createChoice, createCountField } from "../view/field.js";
import { createFunnel } from "../view/funnel.js";
import { createPanel, createShell } from "../view/shell.js";
import { createStore } from "../view/store.js";

const KEYS = ["kernel_size", "dilations", "causal", "input", "step"];
const LEGEND = "over time →; barred: held by the layer above; dashed: padding";

export default function causalStack({ model, el }) {
  const store = createStore(model, KEYS, render);
  const shell = createShell({ el, name: "Causal stack", store, snippet: () => engine.causalPytorch(store.state) });
  /** @type {[level: number, index: number] | null} */
  let preview = null;
  let edited = null; // the layer whose dilation is shown, where it is not the last

  const step = () => Math.min(Math.max(store.state.step, 0), engine.stepsOf(store.state) - 1);
  const layers = () => store.state.dilations.length;
  const around = (level) => {
    const d = store.state.dilations[level];
    return d ? engine.paddingOf(store.state, d) : { before: 0, after: 0 };
  };
  const settled = () => Math.min(edited ?? layers(), layers());

  const funnel = createFunnel({
    told: ["field", "holds"],
    units: ["sample", "time"],
    dense: false,
    onPreview(at) {
      preview = at;
      renderMarks();
    },
    onPick([level, index]) {
      transport.pause();
      if (level < layers()) return funnel.reveal(level, 0); // it stays lit while it has the focus
      preview = null;
      store.commit({ step: index + engine.latencyOf(store.state) }, { remember: false });
      renderMarks();
      funnel.reveal(level, 0);
    },
    onLevel(level) {
      edited = level;
      renderSettings();
      renderMarks();
    },
  });
  const drawn = createPanel("Layers", funnel.element);
  shell.stage.classList.add("ex-stream");
  shell.stage.append(drawn.element);

  const transport = shell.addTransport({
    leave: () => {
      preview = null;
    },
    follow: (step) => funnel.arrive(engine.delaysOf(store.state).map((delay) => step - delay)),
    speak,
  });

  /** Changes the stack, if it holds; who looks at the last output still does, and at another one, too. */
  function attempt(changes) {
    const { state } = store;
    const next = { ...state, ...changes };
    const broken = engine.brokenCausal(next);
    if (broken) return broken;
    transport.pause();
    preview = null;
    const [before, after] = [state, next].map(engine.latencyOf);
    store.commit({ ...changes, step: Math.max(step() - before + after, 0) });
    return null;
  }

  const presets = engine.PRESETS.map((dilations) =>
    createButton(dilations.join(", "), () => {
      edited = null;
      shell.complain(attempt({ dilations }) ?? "");
    }),
  );
  const padding = createChoice({
    label: "Padding",
    options: [
      ["true", "causal"],
      ["false", "centred"],
    ],
    onChange: (value) => shell.complain(attempt({ causal: value === "true" }) ?? ""),
  });
  const strip = h("div", { class: "ex-ways ex-stacks", role: "group", "aria-label": "Presets" }, "Dilations", presets);
  const bar = h("div", { class: "ex-bar" }, strip, h("div", { class: "ex-ways" }, "Padding", padding.element));
  shell.root.insertBefore(bar, shell.stage);

  const field = (label, least, most, onCommit) =>
    createCountField({ label, least, most, onError: shell.complain, onCommit });
  const kernelSize = field("Kernel size", engine.LEAST_KERNEL, engine.MOST_KERNEL, (value) =>
    attempt({ kernel_size: value }),
  );
  const count = field("Layers", 1, engine.MOST_LAYERS, (value) => {
    edited = null;
    const kept = store.state.dilations.slice(0, value);
    while (kept.length < value) kept.push(Math.min(2 * kept.at(-1), engine.MOST_DILATION));
    return attempt({ dilations: kept });
  });
  const dilation = field("Dilation", 1, engine.MOST_DILATION, (value) =>
    attempt({ dilations: store.state.dilations.with(settled() - 1, value) }),
  );
  const whose = h("p", { class: "ex-title ex-whose" });
  shell.settings.append(kernelSize.element, count.element, whose, dilation.element);

  function render() {
    const { state } = store;
    const broken = engine.brokenCausal(state);
    shell.complain(broken ?? "");
    if (broken) return;
    const n = state.input.length;
    const fields = engine.fieldsOf(state);
    const paddings = fields.map((_, level) => around(level));
    funnel.update({
      extent: [-Math.max(...paddings.map((p) => p.before)), n + Math.max(...paddings.map((p) => p.after))],
      levels: fields.map((size, level) => {
        const { before, after } = paddings[level];
        return {
          name: level === 0 ? "Input" : level === fields.length - 1 ? "Output" : `Layer ${level}`,
          note: level ? `d ${state.dilations[level - 1]}` : "",
          told: [size, level ? (state.kernel_size - 1) * state.dilations[level - 1] : 0].map(String),
          from: -before,
          to: n + after,
          n,
          first: -before,
          wide: 1,
        };
      }),
    });
    const same = (dilations) => String(dilations) === String(state.dilations);
    engine.PRESETS.forEach((dilations, i) => presets[i].setAttribute("aria-pressed", String(same(dilations))));
    drawn.detail(LEGEND + (state.causal ? "" : "; dotted: future"));
    padding.set(String(state.causal));
    kernelSize.set(state.kernel_size);
    count.set(layers());
    renderSettings();
    renderMarks();
    shell.refresh();
    follow();
    if (!transport.playing) speak();
  }

  /** Where not all of it is in sight, the newest output is. */
  function follow() {
    funnel.follow(engine.newest(store.state, step()));
  }

  function renderSettings() {
    setText(whose, `Layer ${settled()} of ${layers()}`);
    dilation.set(store.state.dilations[settled() - 1]);
  }

  function renderMarks() {
    const { state } = store;
    const n = state.input.length;
    const now = step();
    const delays = engine.delaysOf(state);
    const { levels } = engine.streamed(state, now);
    const [level, index] = preview ?? engine.newest(state, now);
    const seen = engine.tree(state, level, index);
    const feeding = preview && (!level || index < 0 || index >= n); // a sample, or a zero
    const fed = feeding ? engine.feeds(state, level, index) : seen.map(() => new Set());
    const buffers = engine.held(state, now);
    funnel.mark({
      current: [level, index],
      edited: settled(),
      levels: levels.map((numbers, l) => {
        const { before, after } = around(l);
        const shown = new Map(numbers.map((x, i) => [i, show(x)]));
        for (let i = 1; i <= before; i++) shown.set(-i, "0");
        for (let i = 0; i < after; i++) shown.set(n + i, "0");
        return {
          numbers: shown,
          shades: new Map([...seen[l]].map((i) => [i, 0])),
          fed: l > level ? fed[l] : new Set(),
          links: l && l <= level ? engine.links(state, seen, l) : [],
          marks: {
            "is-held": buffers[l],
            "is-fresh": new Set([now - delays[l]]),
            "is-ahead": new Set(l < level ? [...seen[l]].filter((i) => i > index) : []),
            "is-late": new Set(state.input.map((_, i) => i).slice(numbers.length)),
          },
        };
      }),
    });
    setText(shell.pointed, preview ? engine.pointedText(state, level, index) : engine.stepText(state, now));
    setText(shell.arithmetic, engine.sumText(state, now, level, index));
    setText(shell.shape, `${engine.fieldText(state)}\n${engine.countText(state, now)}`);
    transport.set(now, engine.stepsOf(state));
  }

  function speak() {
    shell.say(engine.spokenCausal(store.state, step()));
  }

  render();
  const first = requestAnimationFrame(follow); // it has no width before it stands on the page
  return () => {
    cancelAnimationFrame(first);
    shell.dispose();
  };
}
