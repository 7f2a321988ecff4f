// Kernels as little pictures: what each makes of the reader's own photograph.

import { correlate, paintable, shrunk } from "../engine/image.js";
import { h } from "./dom.js";
import { paint } from "./photo.js";

const SIDE = 48; // pixels

/**
 * @param label accessible name of them all
 * @param presets [name, kernel, display]
 * @param onChoose called with the preset
 */
export function createThumbnails({ label, presets, onChoose }) {
  const whenIdle = globalThis.requestIdleCallback ?? ((draw) => setTimeout(draw, 30));
  const cancel = globalThis.cancelIdleCallback ?? clearTimeout;
  let waiting = null;
  const buttons = presets.map((preset) => {
    const canvas = h("canvas", { "aria-hidden": "true", width: SIDE, height: SIDE });
    const press = () => onChoose(preset);
    const element = h("button", { type: "button", class: "ex-thumb", click: press }, canvas, h("span", {}, preset[0]));
    return { element, canvas };
  });
  const element = h(
    "div",
    { class: "ex-thumbs", role: "group", "aria-label": label },
    buttons.map((button) => button.element),
  );

  return {
    element,
    /** Draws them anew, as soon as nothing else is to do. */
    draw(photo) {
      cancel(waiting);
      element.hidden = presets.some(([, kernel]) => photo.height < kernel.length || photo.width < kernel[0].length);
      if (element.hidden) return;
      for (const { canvas } of buttons) canvas.style.aspectRatio = `${photo.width} / ${photo.height}`;
      waiting = whenIdle(() => {
        const small = shrunk(photo, SIDE);
        presets.forEach(([, kernel, display], i) => {
          const result = correlate(small, kernel);
          paint(buttons[i].canvas, result, paintable(result.values, display));
        });
        element.dataset.drawn = "true";
      });
    },
    /** Presses the one of this name. */
    set(name) {
      presets.forEach(([known], i) => buttons[i].element.setAttribute("aria-pressed", String(known === name)));
    },
    dispose: () => cancel(waiting),
  };
}
