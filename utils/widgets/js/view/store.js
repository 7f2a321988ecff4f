// The widget's state, held in the host's model: a live kernel's (anywidget) or the page's own.

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** A model for pages without a kernel, with the methods of anywidget's. */
export function pageModel(state) {
  const values = structuredClone(state);
  const heard = new Map();
  return {
    get: (key) => values[key],
    set(key, value) {
      values[key] = value;
      for (const hear of heard.get(`change:${key}`) ?? []) hear();
    },
    save_changes() {},
    on(event, hear) {
      heard.set(event, (heard.get(event) ?? new Set()).add(hear));
    },
    off: (event, hear) => heard.get(event)?.delete(hear),
  };
}

/**
 * @param model the host's model; its save_changes may throw and its off may be missing
 * @param keys the traits that this widget reads and writes
 * @param onChange called once after any change, from the page or from Python
 */
export function createStore(model, keys, onChange) {
  const read = () => Object.fromEntries(keys.map((key) => [key, model.get(key)]));
  const initial = structuredClone(read());
  const past = [];
  let shown = structuredClone(initial);
  let writing = false;
  let queued = false;
  let live = true;

  function publish() {
    if (!live) return;
    const now = read();
    if (same(now, shown)) return;
    shown = structuredClone(now);
    onChange(shown);
  }

  // Python may set several traits in one message: wait for all of them.
  function heard() {
    if (writing || queued) return;
    queued = true;
    queueMicrotask(() => {
      queued = false;
      publish();
    });
  }
  for (const key of keys) model.on?.(`change:${key}`, heard);

  function write(changes) {
    writing = true;
    for (const [key, value] of Object.entries(changes)) model.set(key, value);
    try {
      model.save_changes();
    } catch {
      // A saved page may carry a model that cannot save; the state above is what counts.
    }
    writing = false;
    publish();
  }

  return {
    /** @returns {any} the traits by name */
    get state() {
      return shown;
    },
    /** Changes state; `remember` makes it a step that undo takes back. */
    commit(changes, { remember = true } = {}) {
      const differs = Object.entries(changes).some(([key, value]) => !same(shown[key], value));
      if (!differs) return;
      if (remember) past.push(structuredClone(shown));
      if (past.length > 100) past.shift();
      write(structuredClone(changes));
    },
    get canUndo() {
      return past.length > 0;
    },
    undo() {
      if (past.length) write(past.pop());
    },
    reset() {
      if (same(shown, initial)) return;
      past.push(structuredClone(shown));
      write(structuredClone(initial));
    },
    dispose() {
      live = false;
      for (const key of keys) model.off?.(`change:${key}`, heard);
    },
  };
}
