// Grabbing a cell of the marked window drags the window, by mouse, pen or finger.

/**
 * @param grid the Grid; its cells with the class is-grip can be grabbed
 * @param onDrag called with (rows, cols, started): how far the window has been dragged
 */
export function listenToDrags(grid, onDrag) {
  const { grid: element, board } = grid;
  const size = () => element.getBoundingClientRect().width / (grid.to[1] - grid.from[1]);

  element.addEventListener("pointerdown", (event) => {
    grid.dragged = false;
    grid.pressed = grid.locate(event.target);
    const cell = event.target instanceof Element ? event.target.closest(".ex-cell.is-grip") : null;
    if (!cell || grid.editing || event.button !== 0) return;
    grid.drag = { x: event.clientX, y: event.clientY, id: event.pointerId, moved: false };
    // From here on: a fast move leaves the grid before it is seen to have begun.
    element.setPointerCapture?.(event.pointerId);
  });
  element.addEventListener("pointermove", (event) => {
    const { drag } = grid;
    if (!drag || event.pointerId !== drag.id) return;
    if (!event.buttons) return end(event); // let go where nobody could tell
    const cols = (event.clientX - drag.x) / size();
    const rows = (event.clientY - drag.y) / size();
    const starting = !drag.moved;
    if (starting && Math.hypot(rows, cols) < 0.3) return;
    if (starting) {
      drag.moved = true;
      board.classList.add("is-dragging");
    }
    onDrag(rows, cols, starting);
    // The window is where the finger is, between the steps, too.
    board.style.setProperty("--pull-row", rows);
    board.style.setProperty("--pull-col", cols);
  });
  function end(event) {
    if (!grid.drag || event.pointerId !== grid.drag.id) return;
    grid.dragged = grid.drag.moved;
    grid.drag = null;
    board.classList.remove("is-dragging");
  }
  for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) element.addEventListener(name, end);
}
