// Cells that are pointed at, focused and picked, each by its data-row and data-col. One tab stop, from
// which keys go on: where to, the drawing knows.

/**
 * @param {object} options
 * @param {any} options.board what holds the cells
 * @param {(at: [level: number, index: number]) => HTMLElement | undefined} options.cellOf
 * @param {(at: [level: number, index: number], key: string) => number[] | null} options.neighbour where
 *   an arrow key, Home or End leads
 * @param {(at: [level: number, index: number] | null) => void} options.onPreview
 * @param {(at: [level: number, index: number]) => void} options.onPick
 */
export function createPointing({ board, cellOf, neighbour, onPreview, onPick }) {
  /** @type {any} */
  let active = [0, 0];

  /** @returns {[number, number] | null} */
  const locate = (target) => {
    const cell = target instanceof Element ? target.closest(".ex-cell") : null;
    return cell instanceof HTMLElement ? [Number(cell.dataset.row), Number(cell.dataset.col)] : null;
  };
  const focused = () => board.contains(board.getRootNode().activeElement);
  function activate(at) {
    cellOf(active)?.setAttribute("tabindex", "-1");
    active = at;
    cellOf(at)?.setAttribute("tabindex", "0");
  }

  board.addEventListener("pointerover", (event) => {
    const at = event.pointerType !== "touch" && locate(event.target);
    if (at) onPreview(at);
  });
  board.addEventListener("pointerleave", (event) => {
    if (event.pointerType !== "touch") onPreview(focused() ? active : null);
  });
  board.addEventListener("focusin", (event) => {
    const at = locate(event.target);
    if (!at) return;
    activate(at);
    onPreview(at);
  });
  board.addEventListener("focusout", ({ relatedTarget }) => {
    if (!(relatedTarget instanceof Node && board.contains(relatedTarget))) onPreview(null);
  });
  board.addEventListener("click", (event) => {
    const at = locate(event.target);
    if (!at) return;
    cellOf(at)?.focus({ preventScroll: true }); // not every browser does on a tap
    onPick(at);
  });
  board.addEventListener("keydown", (event) => {
    if (event.altKey || event.metaKey || event.ctrlKey || !locate(event.target)) return;
    if (/^(Arrow|Home|End)/.test(event.key)) {
      activate(neighbour(active, event.key) ?? active);
      cellOf(active)?.focus();
    } else if (event.key === "Enter" || event.key === " ") onPick(active);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  return {
    /** Makes a cell the one that Tab reaches. */
    select(at) {
      if (!focused()) activate(at);
    },
    /** Runs `build`, which makes all cells anew; the tab stop, and the focus, go to the one that `near` says. */
    rebuild(build, near) {
      const had = focused();
      build();
      activate(near(active));
      if (had) cellOf(active)?.focus({ preventScroll: true });
    },
  };
}
