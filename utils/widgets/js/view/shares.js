// Ten digits and how much of the answer each has: bars, with a mark where each was before.

import { percent } from "../engine/network_words.js";
import { h, setText } from "./dom.js";
import { createPointing } from "./pointing.js";

/**
 * @param {object} options
 * @param {(digit: number | null, byKey: boolean) => void} options.onPreview
 * @param {(digit: number) => void} options.onPick
 */
export function createShares({ onPreview, onPick }) {
  const rows = Array.from({ length: 10 }, (_, digit) => {
    const bar = h("span", { class: "ex-share" });
    const mark = h("span", { class: "ex-was", hidden: true });
    const number = h("span", { class: "ex-percent" });
    const cell = h(
      "div",
      { class: "ex-cell", role: "gridcell", tabindex: digit ? "-1" : "0", "data-row": digit, "data-col": 0 },
      h("span", { class: "ex-digit" }, String(digit)),
      " ",
      h("span", { class: "ex-shared" }, bar, mark),
      number,
    );
    return { bar, mark, number, cell, row: h("div", { role: "row" }, cell) };
  });
  const board = h(
    "div",
    { class: "ex-shares is-dense", role: "grid", "aria-label": "Output", "aria-readonly": "true" },
    rows.map(({ row }) => row),
  );
  createPointing({
    board,
    cellOf: ([digit]) => rows[digit]?.cell,
    neighbour([digit], key) {
      const to = { ArrowUp: digit - 1, ArrowDown: digit + 1, Home: 0, End: 9 }[key] ?? digit;
      return [Math.min(Math.max(to, 0), 9), 0];
    },
    onPreview: (at) => onPreview(at ? at[0] : null, false),
    onPick: ([digit]) => onPick(digit),
  });

  return {
    element: board,
    update(shares, before) {
      const most = Math.max(...shares);
      rows.forEach(({ bar, mark, number, cell }, digit) => {
        bar.style.width = `${100 * shares[digit]}%`;
        setText(number, percent(shares[digit]));
        mark.hidden = !before;
        if (before) mark.style.left = `${100 * before[digit]}%`;
        const was = before ? `, before ${percent(before[digit])}` : "";
        cell.setAttribute("aria-label", `${digit}: ${percent(shares[digit])}${was}`);
        cell.classList.toggle("is-read", shares[digit] === most);
      });
    },
    /** The digits that are marked: as units that the pointed number reaches, and as the opened one. */
    mark(pointed, opened) {
      rows.forEach(({ cell }, digit) => {
        cell.classList.toggle("is-pointed", pointed.includes(digit));
        cell.classList.toggle("is-current", digit === opened);
      });
    },
  };
}
