// One unit, opened: its windows and kernels channel by channel; one channel's nine numbers and weights;
// one of their products. A line of buttons says where one is, and leads back.

import { LAST, LEVELS, place, unitAt, windowOf } from "../engine/network.js";
import { inside, tapName, unitName } from "../engine/network_words.js";
import { shorten, show } from "../engine/numbers.js";
import { h, setText } from "./dom.js";
import { createButton } from "./field.js";
import { Grid } from "./grid.js";
import { shade } from "./maps.js";
import { createPointing } from "./pointing.js";
import { createPanel, sign } from "./shell.js";

const MOST = 16; // channels
const ROOM = 6; // characters
const ACROSS = 8; // in a row, where there is room

/** A number in a part's room: shortened from itself, since its four digits are rounded once already. */
const short = (x) => (show(x).length > ROOM ? shorten(String(x).replace("-", "−"), ROOM) : show(x));

/**
 * @param {object} options
 * @param {(changes: object) => void} options.onChoose of the opened unit's parts
 * @param {(level: number, unit: number) => void} options.onOpen another unit
 * @param {(channel: number | null) => void} options.onPreview
 */
export function createOpened({ onChoose, onOpen, onPreview }) {
  let at = null;
  let told = null;

  const unit = createButton("", () => onChoose({ channel: 0, product: 0 }));
  const channel = createButton("", () => onChoose({ product: 0 }));
  const product = createButton("", () => {});
  const source = createButton("", () => onOpen(...whence(at.product)));
  source.classList.add("ex-source");
  const trail = h("div", { class: "ex-trail", role: "group", "aria-label": "Opened" }, unit, channel, product);

  // Channel by channel.
  const parts = Array.from({ length: MOST }, (_, index) => {
    const [window, kernel] = [0, 1].map(() => h("canvas", { width: 3, height: 3, "aria-hidden": "true" }));
    const number = h("span");
    const cell = h(
      "div",
      { class: "ex-cell ex-part", role: "gridcell", tabindex: index ? "-1" : "0", "data-row": 0, "data-col": index },
      h("span", { class: "ex-twin" }, window, kernel),
      number,
    );
    return { window, kernel, number, cell };
  });
  const row = h(
    "div",
    { role: "row", class: "ex-parts" },
    parts.map(({ cell }) => cell),
  );
  const list = h("div", { role: "grid", "aria-label": "Channels", "aria-readonly": "true" }, row);
  createPointing({
    board: list,
    cellOf: ([, index]) => parts[index]?.cell,
    neighbour([, index], key) {
      const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -ACROSS, ArrowDown: ACROSS }[key];
      const last = told.partials.length - 1;
      const to = key === "Home" ? 0 : key === "End" ? last : index + by;
      return [0, to < 0 || to > last ? index : to];
    },
    onPreview: (cell) => onPreview(cell ? cell[1] : null),
    onPick: ([, index]) => onChoose({ channel: index + 1, product: 0 }),
  });

  // Number by number.
  const onPin = ([a, b]) => {
    const tap = (at.pool ? 2 : 3) * a + b;
    if (at.pool) onOpen(...whence(tap));
    else onChoose({ product: tap + 1 });
  };
  const point = (cell) => {
    for (const grid of [window, kernel]) grid.mark("is-pointed", cell ? [cell] : []);
  };
  const window = new Grid({ name: "Window", onPreview: point, onPin });
  const kernel = new Grid({ name: "Kernel", onPreview: point, onPin });
  const panels = [createPanel("Window", window.element), createPanel("Kernel", kernel.element)];
  const times = sign("⋆");
  const close = h("div", { class: "ex-close" }, panels[0].element, times, panels[1].element, source);
  const element = h("div", { class: "ex-opened" }, trail, list, close);

  /** [level, unit] of what stands at a place of the window; none where it is padding. */
  function whence(tap) {
    const { top, left, side } = windowOf(at.level, at.unit);
    const [r, c] = [top + Math.floor(tap / side), left + (tap % side)];
    const { size } = LEVELS[at.level - 1];
    const [map] = at.pool ? place(at.level, at.unit) : [at.channel];
    const there = at.level > 1 && Math.min(r, c) >= 0 && Math.max(r, c) < size;
    return /** @type {[number, number]} */ (there ? [at.level - 1, unitAt(at.level - 1, map, r, c)] : [0, 0]);
  }

  function fill(grid, numbers) {
    const side = Math.sqrt(numbers.length);
    const number = (r, c) => numbers[r * side + c];
    grid.update({
      to: [side, side],
      text: (r, c) => show(number(r, c)),
      label: (r, c, text) => `${grid.grid.getAttribute("aria-label")}, row ${r}, column ${c}: ${text}`,
      padded: (r, c) => grid === window && isPadding(r, c),
    });
  }
  function isPadding(r, c) {
    const { top, left } = windowOf(at.level, at.unit);
    const { size } = LEVELS[at.level - 1];
    return Math.min(top + r, left + c) < 0 || Math.max(top + r, left + c) >= size;
  }

  return {
    element,
    shade,
    update(levels, opened) {
      at = opened;
      told = inside(levels, at);
      const [single, one] = [at.channel >= 0, at.product >= 0];
      setText(unit, `${LEVELS[at.level].name}, ${unitName(at.level, at.unit)}`);
      setText(channel, single ? `channel ${at.channel}` : "");
      setText(product, one ? `product ${tapName(at.product)}` : "");
      channel.hidden = !single;
      product.hidden = !one;
      const last = one ? product : single ? channel : unit;
      for (const button of [unit, channel, product]) button.toggleAttribute("aria-current", button === last);
      source.hidden = !one || !whence(at.product)[0];
      if (one) setText(source, `Open ${show(told.windows[at.channel][at.product])}`);
      const numbers = single || at.pool;
      list.hidden = numbers;
      close.hidden = !numbers;
      times.hidden = at.pool;
      panels[1].element.hidden = at.pool;
      if (numbers) {
        fill(window, told.windows[Math.max(at.channel, 0)]);
        if (single) fill(kernel, told.kernels[at.channel]);
        const chosen = one ? [[Math.floor(at.product / 3), at.product % 3]] : [];
        const most = at.pool ? [told.windows[0].indexOf(told.value)] : [];
        window.mark(
          "is-winner",
          most.map((tap) => [tap >> 1, tap % 2]),
        );
        window.mark("is-window", chosen);
        kernel.mark("is-window", chosen);
        return;
      }
      const count = told.partials.length;
      list.classList.toggle("is-many", count > ACROSS);
      parts.forEach(({ cell, number }, index) => {
        cell.hidden = index >= count;
        if (index >= count) return;
        const text = short(told.partials[index]);
        setText(number, text);
        cell.setAttribute("aria-label", `${at.level === LAST ? "map" : "channel"} ${index}: ${text}`);
      });
    },
    /** The little pictures, with the colours of the theme. */
    draw(colors) {
      if (list.hidden) return;
      const most = [told.windows, told.kernels].map((all) => Math.max(...all.flat().map(Math.abs)));
      told.windows.forEach((numbers, index) => {
        shade(parts[index].window, numbers, most[0], colors);
        shade(parts[index].kernel, told.kernels[index], most[1], colors);
      });
    },
  };
}
