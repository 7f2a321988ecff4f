// The field of a unit on a square picture: what is read, the darker the more paths lead there, and
// the holes between. Rows and columns alike.

import { draw, h } from "./dom.js";

const SHADES = 12;

export function createPlane() {
  const picture = draw("svg", { class: "ex-square", role: "img" });
  const element = h("div", {}, picture);
  const box = (x, y, wide) => `M${x} ${y}h${wide}v${wide}h${-wide}z`;

  return {
    element,
    /**
     * @param {object} options
     * @param {[number, number]} options.extent where the picture begins and ends
     * @param {number} options.n units of the level along an axis
     * @param {number} options.wide how wide each is
     * @param {(index: number) => number} options.place where one begins
     * @param {{first: number, last: number, ways: Map<number, number>}} options.seen
     * @param {string} options.label
     */
    draw({ extent: [start, end], n, wide, place, seen, label }) {
      const [from, to] = [place(0), place(n)];
      picture.setAttribute("viewBox", `${start - 0.5} ${start - 0.5} ${end - start + 1} ${end - start + 1}`);
      picture.setAttribute("aria-label", label);
      let lines = "";
      for (let i = 0; i <= n; i++) lines += `M${place(i)} ${from}V${to}M${from} ${place(i)}H${to}`;
      const most = Math.max(...seen.ways.values()) ** 2;
      const shades = Array.from({ length: SHADES + 1 }, () => "");
      let padding = "";
      let holes = "";
      const inside = (i) => i >= 0 && i < n;
      for (let row = seen.first; row <= seen.last; row++)
        for (let col = seen.first; col <= seen.last; col++) {
          const ways = (seen.ways.get(row) ?? 0) * (seen.ways.get(col) ?? 0);
          const [x, y] = [place(col), place(row)];
          if (!inside(row) || !inside(col)) padding += ways ? box(x, y, wide) : "";
          else if (ways) shades[Math.ceil((SHADES * ways) / most)] += box(x, y, wide);
          else holes += `M${x} ${y + wide}l${wide} ${-wide}`;
        }
      const path = (name, d, style = "") => draw("path", { class: name, d, style });
      const bounds = box(place(seen.first), place(seen.first), place(seen.last + 1) - place(seen.first));
      picture.replaceChildren(
        path("is-lines", lines),
        path("is-hole", holes),
        path("is-padded", padding),
        ...shades.map((d, i) => path("is-read", d, `--level: ${15 + Math.round((70 * i) / SHADES)}`)),
        path("is-bounds", bounds),
      );
    },
  };
}
