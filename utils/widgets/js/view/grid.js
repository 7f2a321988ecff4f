// A matrix on the page: one tab stop, arrow keys inside, cells that can be pointed at, pinned,
// edited in place and marked. Rows and columns carry the input's own indices, so padding cells have
// negative ones or lie past the end.

import { shorten } from "../engine/numbers.js";
import { h, setText } from "./dom.js";
import { listenToDrags } from "./drag.js";

const ROOM = 6; // characters of a cell; what is longer is shown shorter, and whole when pointed at
const SMALL = 6; // columns that fit in any page
const MOST = [11, 16]; // rows and columns whose cells have room for numbers
const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export class Grid {
  /**
   * @param {object} options
   * @param {string} options.name accessible name
   * @param {(cell: [number, number] | null) => void} [options.onPreview] as the reader points at or
   *   focuses cells
   * @param {(cell: [number, number]) => void} [options.onPin] on click, Enter or Space
   * @param {(row: number | null, col?: number, text?: string) => string | null} [options.onEdit] returns an error
   *   sentence or null; a row of null ends an edit. Without it the grid is read only
   * @param {(rows: number, cols: number, started: boolean) => void} [options.onDrag] how far a marked
   *   window has been dragged
   */
  constructor({ name, onPreview, onPin, onEdit, onDrag }) {
    this.handlers = { onPreview, onPin, onEdit, onDrag };
    this.cells = new Map();
    this.marks = new Map();
    this.active = null;
    this.editing = null;
    this.followed = null; // cells to be scrolled to when the page is drawn next
    this.drag = null;
    this.dragged = false;
    this.pressed = null;
    this.grid = h("div", { class: "ex-grid", role: "grid", "aria-label": name });
    if (!onEdit) this.grid.setAttribute("aria-readonly", "true");
    this.frame = h("div", { class: "ex-frame", "aria-hidden": "true", hidden: true });
    this.board = h("div", { class: "ex-board" }, this.grid, this.frame);
    this.element = h("div", { class: "ex-scroll" }, this.board);
    this.listen();
  }

  /**
   * Shows rows `from[0]`..`to[0]` − 1 and columns `from[1]`..`to[1]` − 1.
   * @typedef {(row: number, col: number) => boolean} Test of a cell: whether it is padding, whether it can be edited
   * @typedef {(row: number, col: number, text?: string) => string} Words of a cell: shown, and for a screen reader
   * @typedef {(row: number, col: number) => number} Shade of a cell too small to show a number: by which
   * @param {{from?: number[], to: number[], text: Words, label: Words, padded?: Test, editable?: Test, shade?: Shade}} options
   */
  update({ from = [0, 0], to, text, label, padded = () => false, editable = () => true, shade }) {
    this.editable = (row, col) => Boolean(this.handlers.onEdit) && !padded(row, col) && editable(row, col);
    const bounds = [...from, ...to].join();
    if (bounds !== this.bounds) this.build(from, to);
    this.bounds = bounds;
    this.text = text;
    const [rows, columns] = this.size;
    this.dense = Boolean(shade) && rows > 1 && (rows > MOST[0] || columns > MOST[1]);
    this.element.classList.toggle("is-dense", this.dense);
    if (this.dense) this.shade(shade);
    for (const { element, row, col } of this.cells.values()) {
      element.classList.toggle("is-padding", padded(row, col));
      const shown = text(row, col);
      element.setAttribute("aria-label", label(row, col, shown));
      if (this.editing?.element === element) continue;
      this.write(element, shown);
    }
  }

  /** Shades the cells by the size of their numbers. */
  shade(value) {
    const shown = [...this.cells.values()].map(({ element, row, col }) => [element, value(row, col)]);
    const largest = Math.max(...shown.map(([, x]) => (Number.isFinite(x) ? Math.abs(x) : 0))) || 1;
    for (const [element, x] of shown) {
      element.style.setProperty("--level", Number.isFinite(x) ? Math.round((85 * Math.abs(x)) / largest) : 0);
      element.classList.toggle("is-negative", x < 0);
    }
  }

  get size() {
    return [0, 1].map((axis) => this.to[axis] - this.from[axis]);
  }

  /** Shows a text in a cell, shorter where it is too long. */
  write(element, text) {
    const shown = shorten(text, ROOM);
    setText(element, shown);
    if (shown === text) element.removeAttribute("data-whole");
    else element.dataset.whole = text;
    element.classList.toggle("is-long", shown.length > 3);
    element.classList.toggle("is-longer", shown.length > 5);
  }

  build(from, to) {
    const focused = this.hasFocus();
    this.editing = null;
    this.cells.clear();
    this.marks.clear();
    this.from = from;
    this.to = to;
    const rows = [];
    for (let row = from[0]; row < to[0]; row++) {
      const line = h("div", { role: "row", class: "ex-row" });
      for (let col = from[1]; col < to[1]; col++) {
        const element = h("div", {
          role: "gridcell",
          class: "ex-cell",
          tabindex: "-1",
          "data-row": row,
          "data-col": col,
        });
        this.cells.set(`${row},${col}`, { element, row, col });
        line.append(element);
      }
      rows.push(line);
    }
    this.grid.replaceChildren(...rows);
    this.element.style.setProperty("--columns", to[1] - from[1]);
    this.element.style.setProperty("--rows", to[0] - from[0]);
    this.element.classList.toggle("is-small", to[1] - from[1] <= SMALL);
    this.activate(...(this.active ?? [Math.max(0, from[0]), Math.max(0, from[1])]));
    if (focused) this.focusActive();
  }

  cellAt = (row, col) => this.cells.get(`${row},${col}`)?.element;

  /** @returns {[number, number] | null} */
  locate(target) {
    /** @type {HTMLElement | null} */
    const cell = target instanceof Element ? target.closest(".ex-cell") : null;
    return cell ? [Number(cell.dataset.row), Number(cell.dataset.col)] : null;
  }

  hasFocus() {
    const focused = this.grid.getRootNode().activeElement;
    return Boolean(focused && this.grid.contains(focused));
  }

  /** Makes (row, col), clamped, the cell that Tab reaches. */
  activate(row, col) {
    const clamped = [row, col].map((i, axis) => Math.min(Math.max(i, this.from[axis]), this.to[axis] - 1));
    if (this.active) this.cellAt(...this.active)?.setAttribute("tabindex", "-1");
    this.active = clamped;
    this.cellAt(...clamped)?.setAttribute("tabindex", "0");
  }

  focusActive() {
    this.cellAt(...this.active)?.focus({ preventScroll: false });
  }

  /** Gives exactly these cells the class. */
  mark(name, cells) {
    const wanted = new Set();
    for (const [row, col] of cells) {
      const element = this.cellAt(row, col);
      if (element) wanted.add(element);
    }
    for (const element of this.marks.get(name) ?? []) if (!wanted.has(element)) element.classList.remove(name);
    for (const element of wanted) element.classList.add(name);
    this.marks.set(name, wanted);
  }

  select(row, col) {
    this.selected?.removeAttribute("aria-selected");
    this.selected = this.cellAt(row, col);
    this.selected?.setAttribute("aria-selected", "true");
    this.follow(row, col);
  }

  /**
   * Lays the window's frame over rows × cols cells from (row, col). Its panes, one for each weight,
   * travel with it: `panes` are [row, col, note] from the frame's corner.
   */
  moveFrame(row, col, rows, cols, panes = []) {
    this.frame.hidden = false;
    const made = JSON.stringify(panes);
    if (made !== this.panes)
      this.frame.replaceChildren(
        ...panes.map(([r, c, note]) =>
          h("div", { class: "ex-pane", style: `--r: ${r}; --c: ${c}`, "data-note": note || null }),
        ),
      );
    this.panes = made;
    this.board.classList.toggle("has-panes", panes.length > 0);
    const place = { row: row - this.from[0], col: col - this.from[1], rows, cols };
    for (const [name, value] of Object.entries(place)) this.frame.style.setProperty(`--${name}`, value);
    this.follow(row, col, rows, cols);
  }

  /** Scrolls the grid's own box, where it is smaller than the grid, so that these cells are in view. */
  follow(...cells) {
    if (!this.followed) requestAnimationFrame(() => this.scrollTo(...this.followed)); // once all is drawn
    this.followed = cells;
  }

  scrollTo(row, col, rows = 1, cols = 1) {
    this.followed = null;
    const box = this.element;
    if (box.scrollWidth <= box.clientWidth && box.scrollHeight <= box.clientHeight) return;
    const cell = this.grid.offsetWidth / this.size[1];
    const near = (now, room, start, cells) => Math.min(Math.max(now, (start + cells) * cell - room + 8), start * cell);
    box.scrollLeft = near(box.scrollLeft, box.clientWidth, col - this.from[1], cols);
    box.scrollTop = near(box.scrollTop, box.clientHeight, row - this.from[0], rows);
  }

  /** Where the frame stands with its corner at (row, col), as a transform. */
  placeOf = (row, col) =>
    `translate(${[col - this.from[1], row - this.from[0]].map((i) => `calc(${i} * var(--cell) - 2px)`)})`;

  listen() {
    const { onPreview, onPin } = this.handlers;
    const { grid } = this;
    grid.addEventListener("pointerover", (event) => {
      if (event.pointerType === "touch" || this.drag) return;
      const cell = this.locate(event.target);
      if (cell) onPreview?.(cell);
    });
    grid.addEventListener("pointerleave", (event) => {
      if (event.pointerType !== "touch" && !this.drag) onPreview?.(null);
    });
    grid.addEventListener("focusin", (event) => {
      const cell = this.locate(event.target);
      if (!cell) return;
      this.activate(...cell);
      // A click focuses as well; what it means is decided in its own handler.
      if (!this.editing && !this.drag) onPreview?.(cell);
    });
    grid.addEventListener("focusout", (event) => {
      if (!grid.contains(event.relatedTarget)) onPreview?.(null);
    });
    grid.addEventListener("click", (event) => {
      // A captured pointer clicks on the grid as a whole.
      const cell = this.locate(event.target) ?? this.pressed;
      if (!cell || this.editing || this.dragged) return;
      const again = event.pointerType === "touch" && this.touched === cell.join();
      this.touched = cell.join();
      if (again && this.editable(...cell)) this.edit(...cell);
      else onPin?.(cell);
    });
    grid.addEventListener("dblclick", (event) => {
      const cell = this.locate(event.target) ?? this.pressed;
      if (cell && !this.editing && this.editable(...cell)) this.edit(...cell);
    });
    grid.addEventListener("keydown", (event) => this.key(event));
    if (this.handlers.onDrag) listenToDrags(this, this.handlers.onDrag);
  }

  key(event) {
    if (this.editing || event.altKey || event.metaKey) return;
    const [row, col] = this.active;
    const edge = { Home: this.from[1], End: this.to[1] - 1 }[event.key];
    if (MOVES[event.key]) {
      const [down, right] = MOVES[event.key];
      this.activate(row + down, col + right);
      this.focusActive();
    } else if (edge !== undefined) {
      const line = event.ctrlKey ? (event.key === "Home" ? this.from[0] : this.to[0] - 1) : row;
      this.activate(line, edge);
      this.focusActive();
    } else if (event.ctrlKey) {
      return;
    } else if (this.editable(row, col) && (event.key === "Enter" || event.key === "F2")) {
      this.edit(row, col);
    } else if (this.editable(row, col) && /^[-−\d.]$/.test(event.key)) {
      this.edit(row, col, event.key);
    } else if (event.key === "Enter" || event.key === " ") {
      this.handlers.onPin?.([row, col]);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Puts a text field into the cell; Enter keeps, Escape leaves, a refused value stays open. */
  edit(row, col, start) {
    const element = this.cellAt(row, col);
    const before = element.dataset.whole ?? element.textContent;
    this.activate(row, col);
    element.dispatchEvent(new Event("ex-edit", { bubbles: true }));
    const field = h("input", {
      class: "ex-edit",
      type: "text",
      inputmode: "text",
      autocomplete: "off",
      "aria-label": element.getAttribute("aria-label"),
    });
    field.value = start ?? before;
    this.editing = { element, field, row, col };
    element.replaceChildren(field);
    field.focus();
    if (start === undefined) field.select();
    else field.setSelectionRange(start.length, start.length);
    const finish = (keep, refocus) => {
      if (this.editing?.field !== field) return;
      const touched = field.value !== before && (refocus || field.value !== ""); // gone elsewhere, nothing typed
      const error = keep && touched ? this.handlers.onEdit(row, col, field.value) : null;
      if (error && refocus) {
        field.setAttribute("aria-invalid", "true");
        return;
      }
      this.stopEditing();
      if (refocus) this.focusActive();
    };
    const grow = () => field.style.setProperty("--length", field.value.length);
    grow();
    field.addEventListener("input", grow);
    field.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter") finish(true, true);
      else if (event.key === "Escape") finish(false, true);
    });
    field.addEventListener("blur", () => finish(true, false));
  }

  stopEditing() {
    if (!this.editing) return;
    const { element, row, col } = this.editing;
    this.editing = null;
    element.replaceChildren();
    this.write(element, this.text(row, col));
    this.handlers.onEdit?.(null);
  }
}
