// Settings: a stepper that also takes typed values, and a drop-down.

import { parsePair, showPair } from "../engine/numbers.js";
import { freshId, h, icon } from "./dom.js";

/** A label that names `control` from beside it. */
function labelled(text, control) {
  control.id = freshId();
  return h("label", { for: control.id, id: `${control.id}-label` }, text);
}

/**
 * @param label accessible name
 * @param parse text => {value} or {error}
 * @param format value => text
 * @param nudge (value, ±1) => value
 * @param onCommit (value) => an error sentence or null
 * @param onError (sentence) => shows it
 */
export function createStepper({ label, parse, format, nudge, onCommit, onError }) {
  let current;
  const input = h("input", { type: "text", inputmode: "numeric", autocomplete: "off", size: "4" });
  const name = labelled(label, input);
  // Named alike and described by the label, so that the label names the text field alone.
  const nudger = (word, path, by) =>
    h("button", { type: "button", "aria-label": word, "aria-describedby": name.id, click: () => move(by) }, icon(path));
  const box = h(
    "div",
    { class: "ex-field" },
    name,
    h("div", { class: "ex-nudges" }, input, nudger("Decrease", "M3 8h10", -1), nudger("Increase", "M3 8h10M8 3v10", 1)),
  );

  function attempt(text) {
    const parsed = parse(text);
    const error = parsed.error ?? onCommit(parsed.value);
    input.toggleAttribute("aria-invalid", false);
    if (error) input.setAttribute("aria-invalid", "true");
    onError(error ?? "");
    return !error;
  }

  function move(by) {
    attempt(format(nudge(current, by)));
  }

  /** Shows a text, and is wide enough for it. */
  function write(text) {
    if (input.value !== text) input.value = text;
    input.style.setProperty("--length", input.value.length);
  }

  /** Back to what holds. */
  function revert() {
    write(format(current));
    input.removeAttribute("aria-invalid");
  }

  input.addEventListener("ex-revert", revert);
  input.addEventListener("ex-check", (event) => parse(format(current)).error && event.preventDefault());
  input.addEventListener("input", () => {
    write(input.value);
    attempt(input.value);
  });
  input.addEventListener("change", () => attempt(input.value));
  // Left, it shows what holds as numbers are shown: what was typed may be longer than the field.
  input.addEventListener("blur", () => input.hasAttribute("aria-invalid") || write(format(current)));
  input.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      move(event.key === "ArrowUp" ? 1 : -1);
      event.preventDefault();
    } else if (event.key === "Escape") {
      revert();
      onError("");
    }
  });

  return {
    element: box,
    input,
    set(value) {
      current = value;
      const text = format(value);
      // What the reader types means the same even where it is spelled differently: leave it.
      const typed = parse(input.value);
      const focused = input.getRootNode().activeElement === input;
      if (!focused || typed.error || format(typed.value) !== text) write(text);
      input.removeAttribute("aria-invalid");
    },
    disable(on, why = "") {
      for (const control of box.querySelectorAll("input, button")) control.disabled = on;
      box.title = on ? why : "";
    },
  };
}

/**
 * A stepper for [rows, columns]: one whole number for both, or two. Where `along` returns an axis, it
 * is for that axis alone: `rest` returns the pair that the other keeps.
 */
export const createPairField = ({
  label,
  least,
  most = 16,
  along = () => null,
  rest = () => [0, 0],
  onCommit,
  onError,
}) =>
  createStepper({
    label,
    parse(text) {
      const axis = along();
      const parsed = parsePair(text, { name: label, least, most, pair: axis === null });
      if (parsed.error || axis === null) return parsed;
      return { value: rest().map((kept, a) => (a === axis ? parsed.value[0] : kept)) };
    },
    format: (pair) => (along() === null ? showPair(pair) : String(pair[along()])),
    nudge: (pair, by) => pair.map((value) => value + by),
    onCommit,
    onError,
  });

/** A stepper for one whole number; `most` may be a function. */
export const createCountField = ({ label, least, most, onCommit, onError }) =>
  createStepper({
    label,
    parse(text) {
      const limit = typeof most === "function" ? most() : most;
      const parsed = parsePair(text, { name: label, least, most: limit, pair: false });
      return parsed.error ? parsed : { value: parsed.value[0] };
    },
    format: String,
    nudge: (value, by) => value + by,
    onCommit,
    onError,
  });

/** A drop-down; `options` are [value, text]. */
export function createSelect({ label, options, onChange }) {
  const select = h(
    "select",
    { change: () => onChange(select.value) },
    options.map(([value, text]) => h("option", { value }, text)),
  );
  return {
    element: h("div", { class: "ex-field" }, labelled(label, select), select),
    select,
    set(value) {
      select.value = value;
    },
  };
}

/** One of a few choices, all in sight; `options` are [value, text]. */
export function createChoice({ label, options, onChange }) {
  const name = freshId();
  const radios = options.map(([value]) => {
    const radio = h("input", { type: "radio", name, value });
    radio.addEventListener("change", () => onChange(value));
    radio.addEventListener("keydown", (event) => event.stopPropagation());
    return radio;
  });
  return {
    element: h(
      "div",
      { class: "ex-choice", role: "radiogroup", "aria-label": label },
      options.map(([, text], i) => h("label", {}, radios[i], h("span", {}, text))),
    ),
    set(value) {
      for (const radio of radios) radio.checked = radio.value === value;
    },
  };
}

/** A push button with words on it; `room`, other words that it may come to hold, is kept for them. */
export const createButton = (text, onClick, room = null) =>
  h("button", { type: "button", class: "ex-button", "data-room": room, click: onClick }, text);
