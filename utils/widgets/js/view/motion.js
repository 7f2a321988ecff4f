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
   * @param from [{element, text}] where each label starts
   * @param to the cell where they land
   * @param ms how long it takes
   */
  function fly(from, to, ms = 800) {
    cancel();
    if (calm() || from.length > MOST || !to?.animate || !root.isConnected) return;
    const origin = sky.getBoundingClientRect();
    const middle = (element) => {
      const box = element.getBoundingClientRect();
      return [box.left + box.width / 2 - origin.left, box.top + box.height / 2 - origin.top];
    };
    const [x, y] = middle(to);
    for (const { element, text } of from) {
      if (!element) continue;
      const [left, top] = middle(element);
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
          { duration: ms, easing: "ease-out", fill: "both" },
        ),
      );
    }
    // The sum is there when they are.
    const landing = to.animate([{ color: "transparent" }, { color: "transparent", offset: 0.9 }, {}], ms);
    running.push(landing);
    landing.onfinish = cancel;
  }

  return { fly, cancel };
}
