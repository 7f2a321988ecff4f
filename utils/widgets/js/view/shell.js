// What every widget has around its own drawing: a root with styles and theme, a stage, the lines of
// text that tests and screen readers rely on, and the buttons Undo, Reset and Copy as PyTorch.

import { parseValue } from "../engine/numbers.js";
import { followTheme, h, setText, sheet } from "./dom.js";
import { createButton } from "./field.js";
import styles from "./styles.css";
import { createTransport } from "./transport.js";

const COPY = "Copy as PyTorch";

/**
 * @param el the host's element
 * @param name accessible name of the widget
 * @param store the widget's state
 * @param snippet () => the shown computation as PyTorch code, or null for widgets without one
 * @param onReset () => takes back what is no state
 */
export function createShell({ el, name, store, snippet = null, onReset = () => {} }) {
  const stage = h("div", { class: "ex-stage" });
  const pointed = h("p", { class: "ex-pointed", "data-part": "pointed" });
  const arithmetic = h("p", { class: "ex-arithmetic", "data-part": "arithmetic", tabindex: "0" });
  const shape = h("p", { class: "ex-shape", "data-part": "shape" });
  const message = h("p", { class: "ex-message", "data-part": "message", role: "alert" });
  const live = h("p", { class: "ex-hidden", "aria-live": "polite", "data-part": "live" });
  const settings = h("div", { class: "ex-settings", role: "group", "aria-label": "Settings" });
  const more = h("div", { class: "ex-settings" });
  const moreBox = h("details", { class: "ex-more", hidden: true }, h("summary", {}, "More settings"), more);
  const code = h("textarea", {
    class: "ex-code",
    readonly: true,
    spellcheck: "false",
    rows: "12",
    "aria-label": "PyTorch code",
    "data-part": "snippet",
  });
  const codeBox = h("div", { class: "ex-codebox", hidden: true }, code);

  const closeCode = createButton("Close the code", () => {
    codeBox.hidden = true;
    copyButton.focus({ preventScroll: true });
  });
  codeBox.append(closeCode);
  const copyButton = createButton(COPY, copy);
  let confirmed = null;
  /** @type {ReturnType<typeof createTransport> | null} */
  let transport = null;

  const undo = createButton("Undo", () => store.undo());
  const reset = createButton("Reset", () => {
    store.reset();
    onReset();
  });
  const tools = h("div", { class: "ex-tools" }, undo, reset);
  if (snippet) tools.append(copyButton);
  // One above the other in one place, so that a message moves nothing.
  const lines = h("div", { class: "ex-lines" }, h("div", {}, pointed, arithmetic, shape), message);

  // For the style, which would ask again at every change what the root holds, if it asked by :has.
  const kind = name.toLowerCase().replaceAll(" ", "-");
  const root = h(
    "div", // a group: as a section it were a landmark, whose name may stand once a page
    { class: `ex-root of-${kind}`, role: "group", "aria-label": name, "data-lm-suppress-shortcuts": "true" },
    ...sheet(styles),
    stage,
    lines,
  );
  const foot = h("div", { class: "ex-foot" }, settings, moreBox, tools, codeBox);
  root.append(foot, live);
  const stopTheme = followTheme(root);
  el.replaceChildren(root);

  async function copy() {
    code.value = snippet();
    codeBox.hidden = false;
    code.focus({ preventScroll: true });
    code.select();
    const copied = await navigator.clipboard?.writeText(code.value).then(
      () => true,
      () => false,
    );
    const said = copied ? "Copied" : "Press Ctrl+C";
    say(`${said}.`);
    copyButton.style.minWidth = `${copyButton.offsetWidth}px`; // its neighbours stay
    setText(copyButton, said);
    clearTimeout(confirmed);
    confirmed = setTimeout(() => setText(copyButton, COPY), 2000);
    code.dataset.copied = String(Boolean(copied));
  }

  /** A sentence about a broken rule, or "" to clear it. */
  function complain(text) {
    setText(message, text);
    message.classList.toggle("is-shown", text !== "");
    // Without a message no field shows what does not hold.
    if (!text)
      for (const field of root.querySelectorAll("input[aria-invalid]"))
        if (field !== root.getRootNode().activeElement) field.dispatchEvent(new Event("ex-revert"));
  }

  function say(text) {
    setText(live, text);
  }

  return {
    root,
    stage,
    pointed,
    arithmetic,
    shape,
    settings,
    tools,
    say,
    lines,
    /**
     * A transport right under what it moves; whoever changes anything else pauses it.
     * @param {object} [steps]
     * @param {() => void} [steps.speak] tells a listener where it stands, when it pauses
     * @param {() => void} [steps.leave] ends what was pointed at, before the step is drawn
     * @param {(step: number) => void} [steps.go] takes the step
     * @param {(step: number) => void} [steps.follow] moves what the step did, where the eye can follow
     */
    addTransport({
      speak = () => {},
      leave = () => {},
      go = (step) => store.commit({ step }, { remember: false }),
      follow = () => {},
    } = {}) {
      transport = createTransport({
        onStep(step, slowly) {
          leave();
          go(step);
          if (slowly) follow(step);
        },
        onPlaying: (playing) => !playing && speak(),
      });
      root.insertBefore(transport.element, lines);
      root.addEventListener("ex-edit", transport.pause);
      root.addEventListener("input", ({ target }) => target.type === "text" && transport.pause());
      for (const button of [undo, reset]) button.addEventListener("click", transport.pause);
      return transport;
    },
    addMore(...elements) {
      moreBox.hidden = false;
      more.append(...elements);
    },
    complain,
    /** The onEdit of a grid: reads a number, says what is wrong with it, or hands it to `apply`. */
    editor: (apply) => (row, col, text) => {
      const { value, error = "" } = row === null ? {} : parseValue(text);
      complain(error);
      if (row !== null && !error) apply(row, col, value);
      return error || null;
    },
    /** The state was drawn, and holds: what was refused before it is past. */
    refresh() {
      complain("");
      root.classList.toggle("has-dense", root.querySelector(".is-dense") !== null);
      undo.classList.toggle("is-idle", !store.canUndo);
      if (!codeBox.hidden) code.value = snippet();
    },
    dispose() {
      transport?.pause();
      store.dispose();
      clearTimeout(confirmed);
      stopTheme();
      root.remove();
    },
  };
}

/** A captioned place for a grid: what it is, and its shape. */
export function createPanel(title, content) {
  const detail = h("span", { class: "ex-detail" });
  return {
    element: h(
      "figure",
      { class: "ex-panel" },
      h("figcaption", {}, h("span", { class: "ex-title" }, title), " ", detail),
      content,
    ),
    detail: (text) => setText(detail, text),
  };
}

/**
 * Cells of one size for all `grids` of a stage, as large as its row has room for. Where some are dense,
 * the size is theirs alone, and the others keep cells that numbers fit in.
 */
export function fitStage(stage, grids) {
  const dense = grids.filter((grid) => grid.dense);
  const even = dense.length ? dense : grids;
  const sum = (some) => some.reduce((columns, grid) => columns + grid.size[1], 0);
  stage.classList.add("is-even");
  stage.classList.toggle("has-dense", dense.length > 0);
  stage.style.setProperty("--sum", sum(even));
  stage.style.setProperty("--others", sum(grids) - sum(even));
  stage.style.setProperty("--widest", Math.max(...even.map((grid) => grid.size[1])));
  stage.style.setProperty("--most", Math.max(...even.map((grid) => grid.size[0])));
}

/** A panel with the sign that leads to it, so that both wrap to a new line together. */
export const ledBy = (lead, panel) =>
  h("div", { class: "ex-after" }, typeof lead === "string" ? sign(lead) : lead, panel.element);

/** Changes a sign; one with a number in it, a bias, is written small. */
export function setSign(element, text) {
  setText(element, text);
  element.classList.toggle("has-number", /\d/.test(text));
}

export const sign = (text) => h("span", { class: "ex-sign", "aria-hidden": "true" }, text);
