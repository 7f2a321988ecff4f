// Playing a computation step by step. Nothing plays until it is asked to.

import { h, icon } from "./dom.js";

const SPEEDS = [
  ["1500", "Slow"],
  ["700", "Normal"],
  ["250", "Fast"],
];
const ICONS = {
  first: "M4 3v10M13 3 6 8l7 5z",
  previous: "M11 3 4 8l7 5z",
  play: "M5 3l8 5-8 5z",
  pause: "M5 3v10M11 3v10",
  next: "M5 3l7 5-7 5z",
  last: "M12 3v10M3 3l7 5-7 5z",
};

/**
 * @param {object} options
 * @param {(step: number, slowly?: boolean) => void} options.onStep the step to go to, counted from 0, and
 *   whether the eye can follow
 * @param {(playing: boolean) => void} [options.onPlaying]
 */
export function createTransport({ onStep, onPlaying = () => {} }) {
  let step = 0;
  let count = 1;
  let timer = null;

  const button = (name, path, go) =>
    h("button", { type: "button", class: "ex-icon", "aria-label": name, title: name, click: go }, icon(path));
  const by = (to) => () => {
    pause();
    go(to());
  };
  const first = button(
    "First step",
    ICONS.first,
    by(() => 0),
  );
  const previous = button(
    "Previous step",
    ICONS.previous,
    by(() => step - 1),
  );
  const play = button("Play", ICONS.play, () => (timer === null ? start() : pause()));
  play.classList.add("is-play");
  const next = button(
    "Next step",
    ICONS.next,
    by(() => step + 1),
  );
  const last = button(
    "Last step",
    ICONS.last,
    by(() => count - 1),
  );
  const slider = h("input", { type: "range", min: "1", max: "1", value: "1", "aria-label": "Step" });
  slider.addEventListener("input", () => {
    pause();
    go(Number(slider.value) - 1);
  });
  slider.addEventListener("keydown", (event) => event.stopPropagation());
  const where = h("span", { class: "ex-where", "aria-hidden": "true" });
  const speed = h(
    "select",
    { "aria-label": "Speed" },
    SPEEDS.map(([value, text]) => h("option", { value, selected: text === "Normal" }, text)),
  );

  const go = (to) => {
    const clamped = Math.min(Math.max(to, 0), count - 1);
    // Slowly enough for an eye to follow: one step on, by hand or played without haste.
    const slowly = clamped === step + 1 && (timer === null || Number(speed.value) >= 700);
    if (clamped !== step) onStep(clamped, slowly);
  };
  function start() {
    if (step >= count - 1) onStep(0);
    toggle(true);
    schedule();
  }
  function schedule() {
    timer = setTimeout(() => {
      go(step + 1);
      if (step >= count - 1) pause();
      else schedule();
    }, Number(speed.value));
  }
  function pause() {
    if (timer === null) return;
    clearTimeout(timer);
    timer = null;
    toggle(false);
  }
  function toggle(playing) {
    const name = playing ? "Pause" : "Play";
    play.setAttribute("aria-label", name);
    play.title = name;
    play.replaceChildren(icon(playing ? ICONS.pause : ICONS.play));
    onPlaying(playing);
  }

  return {
    element: h(
      "div",
      { class: "ex-transport", role: "group", "aria-label": "Steps" },
      h("div", { class: "ex-buttons" }, first, previous, play, next, last),
      h("div", { class: "ex-track" }, slider, where),
      h("label", { class: "ex-speed" }, h("span", {}, "Speed"), speed),
    ),
    get playing() {
      return timer !== null;
    },
    set(newStep, newCount) {
      step = newStep;
      count = newCount;
      slider.max = String(count);
      slider.value = String(step + 1);
      slider.setAttribute("aria-valuetext", `${step + 1} of ${count}`);
      where.textContent = `${step + 1} / ${count}`;
      // Only looks: a button that is disabled at the ends drops the focus of whoever holds it.
      for (const [element, off] of [
        [first, step === 0],
        [previous, step === 0],
        [next, step >= count - 1],
        [last, step >= count - 1],
      ])
        element.classList.toggle("is-idle", off);
    },
    pause,
  };
}
