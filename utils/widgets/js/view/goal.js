// What the reader is to reach, above the drawing: a sentence, and a sign that it is done.

import { h, setText } from "./dom.js";

export function createGoal(shell) {
  const sign = h("span", { class: "ex-goal-sign", "aria-hidden": "true" });
  const said = h("span", { class: "ex-hidden" });
  const [task, note] = [h("span"), h("span", { class: "ex-goal-note" })];
  const line = h("p", { class: "ex-goal", "data-part": "goal", hidden: true }, sign, said, task, " ", note);
  shell.stage.before(line);
  let done = true;

  return {
    /**
     * @param goal the state's; without a text there is none
     * @param lacking what it still lacks, as a sentence or ""; null where it is reached
     * @returns whether it has just been reached
     */
    set(goal, lacking) {
      const [before, now] = [done, lacking === null];
      done = now;
      line.hidden = !goal.text;
      line.classList.toggle("is-done", now);
      setText(sign, now ? "✓" : "○");
      setText(said, now ? "Done: " : "To do: ");
      setText(task, goal.text ?? "");
      setText(note, lacking ?? "");
      return Boolean(goal.text) && now && !before;
    },
  };
}
