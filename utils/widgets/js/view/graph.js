// Channels in columns, and the lines between them. One tab stop; arrow keys go along a column and from
// column to column.

import { calm, draw, h, setText } from "./dom.js";
import { createPointing } from "./pointing.js";

const HEIGHT = 288; // pixels
const WIDEST = 52; // from channel to channel
const TICK = 320; // milliseconds from column to column

/**
 * @param {object} options
 * @param {(at: [level: number, index: number] | null) => void} options.onPreview
 * @param {(at: [level: number, index: number]) => void} options.onPick
 */
export function createGraph({ onPreview, onPick }) {
  const heads = h("div", { class: "ex-legs" });
  const gaps = h("div", { class: "ex-gaps", "aria-hidden": "true" });
  const board = h("div", { class: "ex-columns", role: "grid", "aria-label": "Channels", "aria-readonly": "true" });
  const element = h("div", { class: "ex-graph" }, heads, h("div", { class: "ex-web" }, gaps, board));
  let columns = [];
  let wires = [];
  let built = "";
  let running = [];

  const pointing = createPointing({
    board,
    cellOf: ([level, index]) => columns[level]?.[index],
    neighbour,
    onPreview,
    onPick,
  });

  /**
   * Draws the channels: `levels` are {name, cells: {text, label}[]}, and between them `layers`,
   * {told, links, bands}: lines of text, pairs of channels, groups.
   */
  function update({ levels, layers }) {
    const key = JSON.stringify([levels, layers.map(({ links, bands }) => [links, bands])]);
    if (key !== built)
      pointing.rebuild(
        () => build(levels, layers),
        ([level, index]) => {
          const kept = Math.min(level, columns.length - 1);
          return [kept, Math.min(index, columns[kept].length - 1)];
        },
      );
    built = key;
    layers.forEach(({ told }, l) => told.forEach((text, i) => setText(heads.children[l].children[i], text)));
  }

  function build(levels, layers) {
    const most = Math.max(...levels.map(({ cells }) => cells.length));
    const pitch = Math.min(WIDEST, HEIGHT / most);
    /** The middle between channels i − 1 and i of a column of n, in pixels from above. */
    const edge = (i, n) => HEIGHT / 2 + (i - n / 2) * pitch;
    columns = levels.map(({ cells }, level) =>
      cells.map(({ text, label }, index) =>
        h(
          "div",
          {
            role: "gridcell",
            class: "ex-cell",
            tabindex: "-1",
            "data-row": level,
            "data-col": index,
            "aria-label": label,
            style: `top: ${edge(index + 0.5, cells.length)}px`,
          },
          text,
        ),
      ),
    );
    board.replaceChildren(
      ...columns.map((cells, level) =>
        h("div", { role: "row", class: "ex-column", "aria-label": levels[level].name }, cells),
      ),
    );
    wires = layers.map(({ links, bands }, l) => {
      const [before, after] = [levels[l].cells.length, levels[l + 1].cells.length];
      const svg = draw("svg", { viewBox: `0 0 1 ${HEIGHT}`, preserveAspectRatio: "none" });
      for (const [[a, b], [c, d]] of bands) {
        const points = [`0,${edge(a, before) + 2}`, `0,${edge(b, before) - 2}`];
        points.push(`1,${edge(d, after) - 2}`, `1,${edge(c, after) + 2}`);
        svg.append(draw("polygon", { points: points.join(" ") }));
      }
      const line = ([from, to]) => `M0 ${edge(from + 0.5, before)}L1 ${edge(to + 0.5, after)}`;
      const lit = [draw("path", { class: "is-heard" }), draw("path", { class: "is-reached" })];
      svg.append(draw("path", { d: links.map(line).join("") }), ...lit);
      return { svg, lit, links, line };
    });
    gaps.replaceChildren(...wires.map(({ svg }) => svg));
    heads.replaceChildren(
      ...layers.map(({ told }) =>
        h(
          "p",
          {},
          told.map(() => h("span", {})),
        ),
      ),
    );
  }

  /** Lights what is joined with a channel: `ways` holds, of each column, in how many ways each one is. */
  function mark({ ways, at: [level, index], chosen }) {
    columns.forEach((cells, l) =>
      cells.forEach((cell, i) => {
        const self = l === level && i === index;
        const picked = l === 0 && i === chosen;
        cell.classList.toggle("is-current", picked);
        cell.setAttribute("aria-selected", String(picked));
        cell.classList.toggle("is-pointed", self && !picked);
        cell.classList.toggle("is-affected", l > level && ways[l][i] > 0);
        cell.classList.toggle("is-window", l < level && ways[l][i] > 0);
      }),
    );
    wires.forEach(({ lit, links, line }, l) => {
      const path = links
        .filter(([from, to]) => ways[l][from] && ways[l + 1][to])
        .map(line)
        .join("");
      lit[0].setAttribute("d", l < level ? path : "");
      lit[1].setAttribute("d", l < level ? "" : path);
    });
  }

  /** The paths from the input light up, column by column. */
  function reveal() {
    for (const animation of running) animation.cancel();
    running = [];
    if (calm() || !element.isConnected || !element.animate) return;
    wires.forEach(({ lit }, l) => {
      const how = { duration: TICK, delay: l * TICK, fill: /** @type {FillMode} */ ("backwards") };
      running.push(lit[1].animate([{ opacity: 0 }, { opacity: 1 }], how));
      for (const cell of columns[l + 1])
        if (cell.matches(".is-affected"))
          running.push(cell.animate([{ background: "var(--paper)", outlineColor: "transparent" }, {}], how));
    });
  }

  function neighbour([level, index], key) {
    const last = columns[level].length - 1;
    const along = { ArrowUp: index - 1, ArrowDown: index + 1, Home: 0, End: last }[key];
    if (along !== undefined) return [level, Math.min(Math.max(along, 0), last)];
    const next = columns[level + (key === "ArrowRight" ? 1 : -1)];
    if (!next) return null;
    const nearest = Math.round(index + (next.length - columns[level].length) / 2);
    return [columns.indexOf(next), Math.min(Math.max(nearest, 0), next.length - 1)];
  }

  return { element, update, mark, reveal, select: pointing.select };
}
