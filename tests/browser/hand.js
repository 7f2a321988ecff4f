// What a reader's hand does to a widget, done in the page itself: through the browser's protocol each
// press waits two frames, too long for every promise of every widget in every mode. A press is refused
// where a reader's would not reach: on what is out of sight or lies under something else.
globalThis.hand = (() => {
  const root = () => document.querySelector(".ex-root");
  const inSight = (element) => element.checkVisibility({ visibilityProperty: true }) && element.offsetWidth > 0;

  /** The elements of the widget that are in sight. */
  const all = (selector) => [...root().querySelectorAll(selector)].filter(inSight);
  /** What is in sight and can be typed into; folded settings count once `open` has opened them. */
  const fields = () => all(".ex-field input[type=text]:enabled");
  const nameOf = (button) => button.getAttribute("aria-label") ?? button.textContent.trim();
  const button = (name) => all("button").find((one) => nameOf(one) === name);
  const open = () => all("details:not([open]) > summary").forEach(press);

  function press(what) {
    const element = typeof what === "string" ? button(what) : what;
    if (!element) throw new Error(`nothing in sight is called ${what}`);
    element.scrollIntoView({ block: "center", behavior: "instant" });
    const box = element.getBoundingClientRect();
    const hit = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    if (!element.contains(hit))
      throw new Error(`${element.outerHTML.slice(0, 99)} lies under ${hit?.outerHTML.slice(0, 99)}`);
    element.focus({ preventScroll: true });
    element.click();
  }

  /** Types over what a field holds, so that leaving it is a change as with a reader's keys. */
  function type(field, text) {
    field.focus({ preventScroll: true });
    field.select();
    document.execCommand(text ? "insertText" : "delete", false, text);
  }

  const key = (element, name) => element.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true }));

  /** Types over a cell's number; with Enter it holds, where it can. Says whether any can be typed there. */
  function write(cell, text) {
    cell.dispatchEvent(new MouseEvent("dblclick", { bubbles: true }));
    const field = cell.querySelector(".ex-edit");
    if (!field) return false;
    type(field, text);
    key(field, "Enter");
    return true;
  }

  /** Points at one cell after the other, or at those named in `only`; calls `look` at each with its name. */
  function pointAtCells(look, only) {
    root()
      .querySelectorAll("[role=grid]")
      .forEach((grid, number) => {
        [...grid.querySelectorAll("[role=gridcell]")].filter(inSight).forEach((cell, place) => {
          const name = `grid ${number}, cell ${place}`;
          if (only && !only.includes(name)) return;
          cell.dispatchEvent(new PointerEvent("pointerover", { bubbles: true, pointerType: "mouse" }));
          look(name, cell);
        });
        grid.dispatchEvent(new PointerEvent("pointerleave", { pointerType: "mouse" }));
      });
  }

  /** Takes every step by the slider, or those named in `only` and the last; calls `look` at each with its name. */
  function takeSteps(look, only) {
    const slider = root().querySelector("[aria-label=Step]");
    for (let step = 1; slider && step <= Number(slider.max); step++) {
      const name = `step ${step}`;
      if (only && !only.includes(name) && step < Number(slider.max)) continue;
      slider.value = step;
      slider.dispatchEvent(new Event("input"));
      look(name);
    }
  }

  return { all, fields, button, open, press, type, key, write, pointAtCells, takeSteps };
})();
