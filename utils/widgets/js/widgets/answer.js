// Answer: fields, a button, and what the exercise's checker says.

import { judge, read, unpack, withMinus } from "../engine/answer.js";
import css from "../view/answer.css";
import { followTheme, freshId, h, setText, sheet } from "../view/dom.js";
import { recall, remember } from "../view/memory.js";
import styles from "../view/styles.css";

const PATIENCE = 4000; // milliseconds that a kernel has to answer
const OPENING = { right: "Right. ", wrong: "Not yet. ", none: "" };
const ELSEWHERE = "This page cannot judge that answer; the cell in Python can.";
const NO_WORDS = "That is not it, and too far off for this page to say why.";

/** A field: its element, what is entered in it, the way to fill it in, and its controls. */
function createField({ kind, label, options, rows, columns }) {
  if (kind === "flags" || kind === "choice") {
    const name = freshId();
    const type = kind === "flags" ? "checkbox" : "radio";
    const boxes = options.map((value) => h("input", { type, name, value }));
    return {
      element: h(
        "fieldset",
        { class: "ex-picks" },
        h("legend", {}, label),
        options.map((option, i) => h("label", {}, boxes[i], ` ${option}`)),
      ),
      controls: boxes,
      get entry() {
        const ticked = boxes.map((box) => box.checked);
        return kind === "flags" ? ticked : [ticked.indexOf(true)];
      },
      fill(entry) {
        for (const [i, box] of boxes.entries()) box.checked = Boolean(kind === "flags" ? entry?.[i] : entry?.[0] === i);
      },
    };
  }
  const text = (size, name) =>
    h("input", { type: "text", size, autocomplete: "off", spellcheck: "false", "aria-label": name });
  const single = rows * columns === 1;
  const cells = Array.from({ length: rows * columns }, (_, i) =>
    single ? text("9") : text("5", `row ${Math.floor(i / columns) + 1}, column ${(i % columns) + 1}`),
  );
  const lines = Array.from({ length: rows }, (_, r) => h("div", {}, cells.slice(r * columns, (r + 1) * columns)));
  return {
    element: single
      ? h("label", { class: "ex-ask" }, `${label} `, cells)
      : h("fieldset", { class: "ex-matrix" }, h("legend", {}, label), lines),
    controls: cells,
    get entry() {
      return cells.map((cell) => cell.value);
    },
    fill(entry) {
      for (const [i, cell] of cells.entries()) cell.value = entry?.[i] ?? "";
    },
  };
}

export default function answer({ model, el }) {
  const root = h("div", { class: "ex-root ex-answer", role: "group", "data-lm-suppress-shortcuts": "true" });
  el.replaceChildren(root);
  const stopTheme = followTheme(root);
  let stopWaiting = () => {};

  /** Asks the kernel, where there is one: its verdict, or null. */
  function ask(values) {
    const same = () => JSON.stringify(model.get("verdict")?.answer) === JSON.stringify(values);
    if (!model.send) return Promise.resolve(null);
    return new Promise((resolve) => {
      const late = setTimeout(() => done(null), PATIENCE);
      const heard = () => same() && done(model.get("verdict"));
      function done(verdict) {
        clearTimeout(late);
        model.off?.("change:verdict", heard);
        resolve(verdict);
      }
      stopWaiting = () => done(null);
      model.on("change:verdict", heard);
      if (same()) return heard();
      try {
        model.set("answer", values);
        model.save_changes();
      } catch {
        done(null); // a saved page's model cannot save
      }
    });
  }

  function render() {
    stopWaiting();
    const exercise = model.get("exercise");
    const { fields: declared, table, ask: question } = model.get("form");
    const colab = model.get("colab");
    const what = exercise.endsWith("p") ? "A prediction for" : "Your answer to";
    const number = exercise.replace(/^0|p$/g, "");
    // Asked in the text, not in an exercise: 04.ap
    const title = /\.[a-z]p$/.test(exercise) ? "Your guess" : `${what} ${number}`;
    root.setAttribute("aria-label", title);
    root.replaceChildren(...sheet(styles + css));
    if (!declared.length) {
      const here = "Write it in Python, in the cell below.";
      root.append(
        h(
          "p",
          {},
          `${number} asks for a function. `,
          ...(colab ? [h("a", { href: colab }, "Write it in Colab"), "."] : [here]),
        ),
      );
      return;
    }
    root.append(h("p", {}, h("strong", {}, title)));
    const fields = declared.map(createField);
    const inputs = fields.flatMap(({ controls }) => controls);
    const said = h("p", { id: freshId(), role: "status", "data-part": "verdict", "data-verdict": "none" });
    const button = h("button", { type: "button", click: check }, "Check");
    const form = h("div", { class: "ex-fields", "data-part": "answer" }, ...fields.map((f) => f.element));
    if (question) root.append(h("p", {}, question));
    root.append(form, h("div", { class: "ex-check" }, button, said));
    let busy = false;

    function tell(kind, message) {
      said.dataset.verdict = kind;
      setText(said, OPENING[kind] + message);
    }
    const words = ({ kind, message }) => withMinus(message) || { right: "", wrong: NO_WORDS, none: ELSEWHERE }[kind];
    const byTable = (values) => judge(unpack(table), values);

    async function check() {
      if (busy) return;
      const entries = fields.map((field) => field.entry);
      const { values, error, at } = read(declared, entries);
      for (const input of inputs) input.removeAttribute("aria-invalid");
      if (error) {
        const wrong = fields[at[0]].controls[at[1]];
        wrong.setAttribute("aria-invalid", "true");
        wrong.setAttribute("aria-describedby", said.id);
        wrong.focus();
        return tell("none", error);
      }
      busy = true;
      button.setAttribute("aria-disabled", "true");
      const verdict = (await ask(values)) ?? byTable(values);
      busy = false;
      button.removeAttribute("aria-disabled");
      tell(verdict.kind, words(verdict));
      if (verdict.kind === "none" && colab) said.append(" ", h("a", { href: colab }, "Open it in Colab"), ".");
      if (verdict.kind !== "right") return;
      remember(exercise, entries);
      document.dispatchEvent(new CustomEvent("exercise-solved"));
    }

    root.onkeydown = (event) => {
      event.stopPropagation();
      if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
      event.preventDefault();
      check();
    };
    // What was said is of what was asked.
    form.addEventListener("input", (event) => {
      event.target.removeAttribute("aria-invalid");
      tell("none", "");
    });

    const kept = recall(exercise);
    if (kept?.length !== fields.length) return;
    fields.forEach((field, i) => field.fill(kept[i]));
    const { values } = read(declared, kept);
    const verdict = values && byTable(values);
    if (verdict?.kind === "right") tell("right", `You solved this. ${words(verdict)}`);
  }

  model.on?.("change:form", render);
  render();
  return () => {
    stopWaiting();
    model.off?.("change:form", render);
    stopTheme();
    root.remove();
  };
}
