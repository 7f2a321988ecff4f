// The settings of a SlidingWindow: sizes and steps in sight, the rest under More settings.

import { parseValue, show } from "../engine/numbers.js";
import { shapeOf } from "../engine/shape.js";
import { POOLING } from "../engine/window.js";
import * as words from "../engine/words.js";
import { createCountField, createPairField, createSelect, createStepper } from "./field.js";
import { PRESETS, presetOf, resized } from "./kernels.js";

const MOST = 32;

/**
 * @param attempt (changes) => the rule that they break, or null where they hold now
 * @param render draws the state as it is, where a choice has changed nothing
 */
export function createWindowSettings({ store, shell, attempt, render }) {
  // Weights and pixels that a smaller size hides come back when it grows again.
  const memory = { kernel: new Map(), input: new Map() };
  const along = () => words.signalAxis(store.state);
  const pairField = (label, key, least) =>
    createPairField({
      label,
      least,
      along,
      rest: () => store.state[key],
      onCommit: (pair) => attempt({ [key]: pair }),
      onError: shell.complain,
    });
  const sizeField = (label, key, axis) =>
    createCountField({
      label,
      least: 1,
      most: MOST,
      onCommit(size) {
        const shape = shapeOf(store.state[key]);
        shape[axis] = size;
        return attempt({ [key]: resized(store.state[key], shape, memory[key]) });
      },
      onError: shell.complain,
    });
  const fields = {
    kernelHeight: sizeField("Kernel height", "kernel", 0),
    kernelWidth: sizeField("Kernel width", "kernel", 1),
    stride: pairField("Stride", "stride", 1),
    padding: pairField("Padding", "padding", 0),
    dilation: pairField("Dilation", "dilation", 1),
    inputHeight: sizeField("Input height", "input", 0),
    inputWidth: sizeField("Input width", "input", 1),
    bias: createStepper({
      label: "Bias",
      parse: (text) => parseValue(text, "Bias"),
      format: (value) => show(value),
      nudge: (value, by) => value + by,
      onCommit: (bias) => attempt({ bias }),
      onError: shell.complain,
    }),
  };
  const selectField = (label, options, key, changesFor) => {
    const select = createSelect({
      label,
      options,
      onChange(value) {
        const broken = attempt(changesFor(value));
        shell.complain(broken ?? "");
        if (broken) select.set(String(store.state[key]));
      },
    });
    return select;
  };
  const mode = selectField("Operation", words.MODES, "mode", (value) => ({
    mode: value,
    ...(POOLING.has(value) ? { padding_mode: "zeros" } : { ceil_mode: false }),
  }));
  const paddingMode = selectField("Padding mode", words.PADDING_MODES, "padding_mode", (value) => ({
    padding_mode: value,
  }));
  const divisor = selectField("Average divides by", words.DIVISORS, "count_include_pad", (value) => ({
    count_include_pad: value === "true",
  }));
  const ceilMode = selectField("Ceil mode", words.CEIL_MODES, "ceil_mode", (value) => ({
    ceil_mode: value === "true",
  }));
  const preset = createSelect({
    label: "Kernel preset",
    options: [...PRESETS.map(([name]) => [name, name]), ["Custom", "Custom"]],
    onChange(name) {
      const make = PRESETS.find(([known]) => known === name)?.[1];
      if (make) attempt({ kernel: make(...shapeOf(store.state.kernel)) });
      else render();
    },
  });
  shell.settings.append(
    ...["kernelHeight", "kernelWidth", "stride", "padding", "dilation"].map((f) => fields[f].element),
    paddingMode.element,
  );
  shell.addMore(
    mode.element,
    divisor.element,
    ceilMode.element,
    preset.element,
    fields.inputHeight.element,
    fields.inputWidth.element,
    fields.bias.element,
  );

  /** Shows what holds. */
  function set(config) {
    const [k, n] = [config.kernel, config.input].map(shapeOf);
    const pooling = POOLING.has(config.mode);
    const sizes = { kernelHeight: k[0], kernelWidth: k[1], inputHeight: n[0], inputWidth: n[1] };
    for (const [key, size] of Object.entries(sizes)) fields[key].set(size);
    for (const key of ["stride", "padding", "dilation", "bias"]) fields[key].set(config[key]);
    fields.bias.disable(pooling, "Pooling has no bias.");
    mode.set(config.mode);
    preset.set(presetOf(config.kernel));
    preset.select.disabled = pooling;
    divisor.set(String(config.countIncludePad));
    divisor.select.disabled = config.mode !== "avg";
    // What can have one value only is not shown.
    paddingMode.set(config.paddingMode);
    paddingMode.element.hidden = pooling || !config.padding.some(Boolean);
    ceilMode.set(String(config.ceilMode));
    ceilMode.element.hidden = !pooling;
    const axis = words.signalAxis(config);
    fields.kernelHeight.element.hidden = axis === 1;
    fields.kernelWidth.element.hidden = axis === 0;
  }

  return { set };
}
