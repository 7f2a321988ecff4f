// Presets as little pictures: what each makes of the photograph.

import { h } from "./dom.js";
import { paint } from "./photo.js";

export const SIDE = 48; // pixels
const PATIENCE = 1000; // milliseconds: a busy machine may never be idle

/**
 * @param label accessible name of them all
 * @param presets arrays that begin with a name
 * @param pictures photo => {height, width, levels} for each preset
 * @param onChoose called with the preset
 */
export function createThumbnails({ label, presets, pictures, onChoose }) {
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
      for (const { canvas } of buttons) canvas.style.aspectRatio = `${photo.width} / ${photo.height}`;
      waiting = whenIdle(
        () => {
          pictures(photo).forEach((picture, i) => paint(buttons[i].canvas, picture, picture.levels));
          element.dataset.drawn = "true";
        },
        { timeout: PATIENCE },
      );
    },
    /** Presses the one of this name. */
    set(name) {
      presets.forEach(([known], i) => buttons[i].element.setAttribute("aria-pressed", String(known === name)));
    },
    dispose: () => cancel(waiting),
  };
}
