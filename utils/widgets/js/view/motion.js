// What moves: the products of a window on their way to the output. Nothing waits for it: the numbers
// are right from the first moment, and the next step begins anew.

import { calm, h } from "./dom.js";

const MOST = 25; // labels; more would be a swarm
const RISE = 0.35; // of the time, before they set off

/** @param root the widget's root; labels fly above everything in it */
export function createMotion(root) {
  const sky = h("div", { class: "ex-sky", "aria-hidden": "true" });
  root.append(sky);
  let running = [];

  function cancel() {
    for (const animation of running) animation.cancel();
    running = [];
    sky.replaceChildren();
  }

  /**
   * @param from [{element, text}] where each label starts; with `to` and `delay` of its own where it
   *   has them
   * @param to the cell where they land
   * @param ms how long it takes
   */
  function fly(from, to, ms = 800) {
    cancel();
    const flights = from.map((flight) => ({ to, delay: 0, ...flight })).filter((f) => f.element && f.to?.animate);
    if (calm() || !flights.length || flights.length > MOST || !root.isConnected) return;
    const origin = sky.getBoundingClientRect();
    const middle = (element) => {
      const box = element.getBoundingClientRect();
      return [box.left + box.width / 2 - origin.left, box.top + box.height / 2 - origin.top];
    };
    const due = new Map();
    for (const { element, text, to: target, delay } of flights) {
      const [[left, top], [x, y]] = [element, target].map(middle);
      due.set(target, Math.max(due.get(target) ?? 0, delay + ms));
      const label = h("span", { class: "ex-flight", style: `left: ${left}px; top: ${top}px` }, text);
      sky.append(label);
      const at = (dx, dy, scale = 1) => `translate(calc(-50% + ${dx}px), calc(-50% + ${dy}px)) scale(${scale})`;
      running.push(
        label.animate(
          [
            { transform: at(0, 0, 0.6), opacity: 0 },
            { transform: at(0, -14), opacity: 1, offset: RISE, easing: "ease-in-out" },
            { transform: at(x - left, y - top, 0.5), opacity: 0.9 },
          ],
          { duration: ms, delay, easing: "ease-out", fill: "both" },
        ),
      );
    }
    // A sum is there when its parts are.
    const end = Math.max(...due.values());
    for (const [target, at] of due) {
      const landing = target.animate([{ color: "transparent" }, { color: "transparent", offset: 0.9 }, {}], at);
      running.push(landing);
      if (at === end) landing.onfinish = cancel;
    }
  }

  /** The frame of a grid passes over these corners [row, col] on its way to the last. */
  function slide(grid, corners, ms = 800) {
    if (calm() || corners.length < 2 || !root.isConnected) return;
    const frames = corners.map(([row, col]) => ({ transform: grid.placeOf(row, col), easing: "ease-in-out" }));
    running.push(grid.frame.animate(frames, ms));
  }

  return { fly, slide, cancel };
}
