// How many of a page's exercises are solved, beside its title, and the way to forget them.

import { h } from "./dom.js";
import { recall, remember } from "./memory.js";

/** The exercises that a page can judge: number => the keys of its parts. A prediction is none. */
function exercisesOn(places) {
  const found = new Map();
  for (const { dataset } of places) {
    if (dataset.explorable !== "Answer") continue;
    const { exercise, form } = JSON.parse(dataset.spec);
    const number = exercise.replace(/[a-z]+$/, "");
    if (form.fields.length && !exercise.endsWith("p")) found.set(number, [...(found.get(number) ?? []), exercise]);
  }
  return found;
}

/**
 * Writes the progress where the page has a place for it, now and after each right answer.
 * @param places the page's widgets
 * @param again () => starts the answers anew
 */
export function showProgress(places, again) {
  const line = document.querySelector("[data-part='progress']");
  if (!line) return;
  const exercises = exercisesOn(places);
  const clear = h("button", { type: "button", hidden: true, click: forget }, "Clear my answers");
  const text = h("span", { role: "status" });

  function update() {
    const done = [...exercises.values()].filter((keys) => keys.every(recall)).length;
    text.textContent = `${done} of ${exercises.size} exercises done`;
    clear.hidden = ![...exercises.values()].flat().some(recall);
  }
  function forget() {
    for (const key of [...exercises.values()].flat()) remember(key, null);
    again();
    update();
  }

  update();
  line.replaceChildren(text, clear);
  document.addEventListener("exercise-solved", update);
}
